import test from 'ava';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { compilePipeline } from '../../compiler/compile.js';
import type { GraphSource } from '../../compiler/declaration.js';
import { importOnnx } from '../../compiler/import/onnx/index.js';
import { Pipeline, type ModelSource } from '../../compiler/pipeline.js';
import { fillTemplate, parseScriptJson, scriptJson, type ReportData } from '../../compiler/report/document.js';
import { describeModel, type ModelData } from '../../compiler/report/model/index.js';
import { onnxModel } from '../onnx/write.js';
import { seedGraphs } from '../seed-graphs.js';

const hostile = ['</script><script>alert(1)</script>', '<!-- <script', ']]>', '\u2028\u2029', '{{data}}', '$&', '"\\'];

for (const text of hostile) {
  test(`JSON in a script element holds ${JSON.stringify(text)}`, (t) => {
    const written = scriptJson({ [text]: text });
    t.notRegex(written, /[<>\u2028\u2029]/);
    t.deepEqual(parseScriptJson(written), { [text]: text });
  });
}

test('JSON in a script element holds bytes and numbers that are not finite', (t) => {
  const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => index);
  const value = { bytes, buffer: Buffer.from([1, 2]), numbers: [NaN, Infinity, -Infinity, 0.5], number: 'text' };
  const read = parseScriptJson(scriptJson(value)) as typeof value;
  t.deepEqual(read.bytes, bytes);
  t.deepEqual([...read.buffer], [1, 2]);
  t.deepEqual(read.numbers, value.numbers);
  t.is(read.number, 'text');
});

async function described(model: ModelSource): Promise<ModelData> {
  const pipeline = new Pipeline(model);
  return describeModel(pipeline, await compilePipeline(pipeline, {}));
}

test('the template is filled with nothing but text', async (t) => {
  const name = '</title></script><script>alert(1)</script>{{data}}$&';
  const source: GraphSource = {
    nacre: 1,
    name,
    inputs: [{ name: 'x', shape: [1, 2] }],
    layers: [{ name: 'y', kind: 'dense', units: 1 }],
    outputs: ['y'],
  };
  const model = await described(source);
  const module = { name: 'm', binary: Uint8Array.of(0, 97), gzip: 2, types: '</script>' };
  const data: ReportData = { version: '1', model, module, histograms: [], inputs: {} };
  const template = readFileSync(new URL('../../compiler/report/template.html', import.meta.url), 'utf8');
  const html = fillTemplate(template, data);
  t.is(html.match(/<script/g)!.length, template.match(/<script/g)!.length);
  t.is(html.match(/<\/script/g)!.length, template.match(/<\/script/g)!.length);
  const [, written] = /<script type="application\/json" id="report-data">(.*?)<\/script>/s.exec(html)!;
  t.is((parseScriptJson(written!) as ReportData).model.name, name);
  t.regex(html, /<title>&lt;\/title&gt;/);
});

test('the template of the report is small and has the licences of what it carries', (t) => {
  const template = readFileSync(new URL('../../compiler/report/template.html', import.meta.url), 'utf8');
  t.true(gzipSync(template).length <= 150 * 1024, `${gzipSync(template).length} bytes gzip`);
  for (const name of ['preact', '@dagrejs/dagre']) t.regex(template, new RegExp(`${name} \\d.*: MIT`));
});

const edgesOf = ({ nodes, edges }: ModelData): string[] =>
  edges.map(
    ({ from, to, shape }) =>
      `${nodes[from]!.name} → ${nodes[to]!.name} (${shape.map((size) => (typeof size === 'number' ? size : size.key)).join(', ')})`,
  );

test('edges are those of the declaration, also through layers that compute nothing', async (t) => {
  const model = await described({
    nacre: 1,
    inputs: [{ name: 'x', shape: ['batch', 4] }],
    layers: [
      { name: 'a', kind: 'dropout', rate: 0.5 },
      { name: 'b', kind: 'dense', from: 'a', units: 4 },
      { name: 'c', kind: 'add', from: ['a', 'b'] },
    ],
    outputs: [{ name: 'b', from: 'c' }],
  });
  t.deepEqual(edgesOf(model), [
    'x → a (batch, 4)',
    'a → b (batch, 4)',
    'a → c (batch, 4)',
    'b → c (batch, 4)',
    'c → b (batch, 4)',
  ]);
  t.deepEqual(
    model.edges.at(-1)!.to,
    model.nodes.findIndex(({ role }) => role === 'output'),
  );
});

test('edges of imported models follow their ops', async (t) => {
  const bytes = onnxModel({
    opset: 17,
    inputs: [{ name: 'x', shape: ['batch', 4] }],
    outputs: [{ name: 'y', shape: ['batch', 4] }],
    nodes: [
      { op: 'Relu', name: 'first', inputs: ['x'], outputs: ['a'] },
      { op: 'LeakyRelu', name: 'second', inputs: ['a'], outputs: ['b'], attributes: { alpha: { float: 0.5 } } },
      { op: 'Add', name: 'sum', inputs: ['a', 'b'], outputs: ['y'] },
    ],
  });
  const model = await described(importOnnx(bytes));
  t.deepEqual(edgesOf(model), [
    'x → first (batch, 4)',
    'first → second (batch, 4)',
    'first → sum (batch, 4)',
    'second → sum (batch, 4)',
    'sum → y (batch, 4)',
  ]);
  t.deepEqual(model.nodes[2]!.attributes, [['alpha', '0.5']]);
});

for (const { name, source } of seedGraphs) {
  test(`what a page shows of ${name} is JSON, and its buffers in use at once do not overlap`, async (t) => {
    const model = await described(source);
    t.deepEqual(parseScriptJson(scriptJson(model)), JSON.parse(JSON.stringify(model)));
    t.true(model.edges.every(({ from, to }) => from < to));
    const { buffers, arena, peak } = model.memory;
    t.true(peak <= arena);
    for (const [index, a] of buffers.entries()) {
      for (const b of buffers.slice(index + 1)) {
        const inTime = a.first <= b.last && b.first <= a.last;
        const inSpace = a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
        // A result may take the place of an operand that ends with its step.
        if (inTime && inSpace) t.true(a.last === b.first || b.last === a.first, `${a.name} and ${b.name}`);
      }
    }
  });
}
