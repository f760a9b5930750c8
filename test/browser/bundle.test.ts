import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import type { Metafile } from 'esbuild';
import { bundle } from './bundle.js';

const KIB = 1024;

/** What a page may load of an entry before it compiles anything, in bytes of gzip; and beside it what all entries share. */
const budgets: Readonly<Record<string, number>> = {
  'compiler/index': 136 * KIB,
  'compiler/initializers/index': 8 * KIB,
  'compiler/import/keras/index': 110 * KIB,
  'compiler/import/onnx/index': 88 * KIB,
  'compiler/import/safetensors': 6 * KIB,
  'compiler/import/tfjs/index': 68 * KIB,
  'compiler/worker/index': 4 * KIB,
};

const folder = mkdtempSync(join(tmpdir(), 'nacre-browser-'));
const entries = Object.keys(budgets);
const bundled = bundle(Object.fromEntries(entries.map((entry) => [entry, `${entry}.js`])), folder);
test.after.always(() => rmSync(folder, { recursive: true, force: true }));

type Outputs = Metafile['outputs'];

/** The chunks that an entry loads at once; with `dynamic`, also those that it may load later. */
function chunksOf(outputs: Outputs, entry: string, dynamic = false): readonly string[] {
  const found = new Set<string>();
  const add = (path: string): void => {
    if (found.has(path)) return;
    found.add(path);
    for (const { kind, path: to, external } of outputs[path]!.imports) {
      if (!external && (dynamic || kind === 'import-statement')) add(to);
    }
  };
  const [start] = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === `${entry}.js`)!;
  add(start);
  return [...found];
}

const inputsOf = (outputs: Outputs, chunks: readonly string[]): readonly string[] =>
  chunks.flatMap((path) => Object.keys(outputs[path]!.inputs));

const isBinaryen = (path: string): boolean => path.endsWith('emit/hosts/binaryen.js');

test('the entries bundle for browsers without warnings, and without modules of a host', async (t) => {
  const { metafile, warnings } = await bundled;
  t.deepEqual(warnings, []);
  const external = Object.values(metafile.outputs).flatMap(({ imports }) => imports.filter((each) => each.external));
  t.deepEqual(external, []);
  const nodes = Object.keys(metafile.inputs).filter((path) => path.includes('hosts/node') || path.includes('/cli/'));
  t.deepEqual(nodes, []);
});

for (const entry of entries) {
  test(`${entry} loads Binaryen and what emits later, and no more than its budget at once`, async (t) => {
    const { outputs } = (await bundled).metafile;
    const chunks = chunksOf(outputs, entry);
    const early = inputsOf(outputs, chunks).filter((path) => isBinaryen(path) || path.includes('compiler/emit/'));
    t.deepEqual(early, []);
    const size = chunks.reduce((sum, path) => sum + gzipSync(readFileSync(join(folder, path))).length, 0);
    t.log(`${size} bytes in ${chunks.length} chunks`);
    t.true(size <= budgets[entry]!, `${size} bytes are above ${budgets[entry]!}`);
    const compiles = entry === 'compiler/index' || entry === 'compiler/worker/index';
    t.is(inputsOf(outputs, chunksOf(outputs, entry, true)).some(isBinaryen), compiles);
  });
}
