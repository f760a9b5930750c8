import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { makePlayground, type Playground } from './playground.js';

let playground: Playground;
test.before(async () => {
  playground = await makePlayground();
});
test.after.always(() => playground.remove());

const compiled = async (name: string, ...options: string[]): Promise<string> => {
  const { code, stderr } = await playground.nacre('compile', '@linear.json', '-o', `@${name}`, ...options);
  if (code !== 0) throw new Error(stderr);
  return join(playground.folder, name);
};

for (const [title, name, file] of [
  ['the only input needs no name', 'only.wasm', '@rows.npy'],
  ['a list', 'list.wasm', 'x=@rows.json'],
] as const) {
  test(`verify runs the test that a module carries: ${title}`, async (t) => {
    const path = await compiled(name, '--self-test', file);
    const passed = await playground.nacre('verify', `@${name}`);
    t.deepEqual(passed, {
      code: 0,
      stdout: 'the outputs for inputs (2, 2) are those of the compiler, bit for bit\n',
      stderr: '',
    });
    const json = await playground.nacre('verify', `@${name}`, '--json');
    t.deepEqual(JSON.parse(json.stdout), { selfTest: { inputs: [[2, 2]], tolerance: 0, passed: true } });

    const binary = await readFile(path);
    // y, [[3, 3.5], [7, 7.5]], as it is expected.
    const at = binary.lastIndexOf(Buffer.from(Float32Array.of(3, 3.5, 7, 7.5).buffer));
    binary.writeFloatLE(6, at + 8);
    await writeFile(path, binary);
    const failed = await playground.nacre('verify', `@${name}`);
    t.deepEqual(failed, {
      code: 1,
      stdout: '',
      stderr: `@/${name}: output 'y' differs at position 2: expected 6, got 7\n`,
    });
    const report = await playground.nacre('verify', `@${name}`, '--json');
    t.like(JSON.parse(report.stdout), { selfTest: { passed: false } });
    t.is(report.code, 1);
  });
}

test('verify asks for the model of a module that carries no test', async (t) => {
  await compiled('plain.wasm');
  const { code, stderr } = await playground.nacre('verify', '@plain.wasm');
  t.is(code, 2);
  t.is(stderr, '@/plain.wasm: is compiled already, without --self-test; give the model it was compiled from\n');
});
