import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { parseScriptJson, type ReportData } from '../../compiler/report/document.js';
import { makePlayground, type Playground } from '../cli/playground.js';

let playground: Playground;
test.before(async () => {
  playground = await makePlayground();
});
test.after.always(() => playground.remove());

async function dataOf(name: string): Promise<ReportData> {
  const html = await readFile(join(playground.folder, name), 'utf8');
  const [, text] = /id="report-data">(.*?)<\/script>/s.exec(html)!;
  return parseScriptJson(text!) as ReportData;
}

test('report writes one page with the module, its histograms and its inputs', async (t) => {
  const argv = ['@linear.json', '-o', '@linear.html', '--input', 'x=@rows.npy'];
  const { code, stdout, stderr } = await playground.nacre('report', ...argv);
  t.deepEqual([code, stderr], [0, 'note: tensors: no variable takes steps\n']);
  t.regex(stdout, /linear\.html {2}[\d,]+ bytes \([\d,]+ gzip\), module [\d,]+ bytes, seed 0\n$/);
  const { module, histograms, inputs, model } = await dataOf('linear.html');
  await playground.nacre('compile', '@linear.json', '-o', '@linear.wasm');
  t.deepEqual(Buffer.from(module.binary), await readFile(join(playground.folder, 'linear.wasm')));
  t.deepEqual(
    histograms.map(({ name }) => name),
    ['y.weight', 'y.bias'],
  );
  t.deepEqual(inputs['x']!.shape, [2, 2]);
  t.deepEqual([...new Float32Array(Uint8Array.from(inputs['x']!.bytes).buffer)], [1, 2, 3, 4]);
  t.deepEqual(
    model.nodes.map(({ role, name }) => `${role} ${name}`),
    ['input x', 'layer y', 'layer z', 'output y', 'output z'],
  );
});

test('report takes a seed, sizes and files of ONNX', async (t) => {
  const first = await playground.nacre(
    'report',
    '@keras.json',
    '-o',
    '@k.html',
    '--seed',
    '7',
    '--dims',
    'batch=2',
    '--json',
  );
  t.is(first.code, 0);
  t.like(JSON.parse(first.stdout), { seed: '7', notes: [] });
  t.deepEqual((await dataOf('k.html')).model.inputs[0]!.shape, [2, 128, 64]);
  t.is((await playground.nacre('report', '@identity.onnx', '-o', '@i.html')).code, 0);
  t.is((await dataOf('i.html')).model.name, undefined);
});

const refused: readonly (readonly [title: string, argv: readonly string[], code: number, text: string])[] = [
  ['no output', ['@keras.json'], 2, 'report: -o FILE is missing; see nacre report --help\n'],
  [
    'a module',
    ['@bad.wasm', '-o', '@x.html'],
    2,
    '@/bad.wasm: is compiled already; give the model that it was compiled from\n',
  ],
  [
    'an input it does not have',
    ['@linear.json', '-o', '@x.html', '--input', 'z=@rows.npy'],
    2,
    "--input: the model has no input 'z'; this model has x\n",
  ],
  [
    'a folder that is not there',
    ['@linear.json', '-o', '@none/x.html'],
    2,
    '@/none/x.html: cannot be written: no such file or folder\n',
  ],
];

for (const [title, argv, code, text] of refused) {
  test(`report refuses ${title}`, async (t) => {
    const result = await playground.nacre('report', ...argv);
    t.deepEqual([result.code, result.stderr], [code, text]);
    t.is(result.stdout, '');
  });
}
