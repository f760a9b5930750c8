import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import test from 'ava';
import { compile, type CompileOptions } from '../../compiler/index.js';
import { writeSafetensors } from '../../compiler/import/safetensors.js';
import { ModelFault, Models, type Opening } from '../../compiler/plugin/models.js';
import type { NacreOptions } from '../../compiler/plugin/options.js';
import { layered, temporaryProject, type TemporaryProject } from './project.js';

const entry = new URL('../../compiler/index.js', import.meta.url).href;
const filled = layered(2, { tensor: 'w' });
const tensors = (first: number): Uint8Array =>
  writeSafetensors({ w: { dtype: 'float32', shape: [4, 2], data: Float32Array.of(first, 2, 3, 4, 5, 6, 7, 8) } });

/** Each opening by a process of its own. */
const open = (
  project: TemporaryProject,
  name: string,
  query = '?nacre',
  options: NacreOptions = {},
): Promise<Opening> => new Models(options, project.folder).open(project.path(name), query);

const isCached = async (...given: Parameters<typeof open>): Promise<boolean> => (await open(...given)).model.isCached;

const compiled = async (model: object, options: CompileOptions = {}): Promise<Uint8Array> =>
  (await compile(JSON.stringify(model), options)).binary;

test('a model is compiled once, and what the compiler gives', async (t) => {
  const project = await temporaryProject(t);
  await project.write('models/a.json', layered(3));
  const first = await open(project, 'models/a.json', '?nacre&seed=5');
  t.false(first.model.isCached);
  t.is(first.model.name, 'models/a.json');
  t.deepEqual(first.model.parts.module, await compiled(layered(3), { seed: 5 }));
  const folder = join(project.folder, 'node_modules/.cache/nacre');
  t.is(dirname(dirname(first.model.paths.module!)), folder);
  const second = await open(project, 'models/a.json', '?nacre&seed=5');
  t.true(second.model.isCached);
  t.deepEqual(new Uint8Array(second.model.parts.module!), new Uint8Array(first.model.parts.module!));
  t.deepEqual({ ...second.model, parts: 0, isCached: 0, time: 0 }, {
    ...first.model,
    parts: 0,
    isCached: 0,
    time: 0,
  } as never);
});

test('what changes the module changes what is found', async (t) => {
  const project = await temporaryProject(t);
  await project.write('a.json', filled);
  await project.write('a.safetensors', tensors(1));
  t.false(await isCached(project, 'a.json'));
  t.true(await isCached(project, 'a.json'));
  t.true(await isCached(project, 'a.json', '?nacre&runtime=forward'), 'of the script alone');
  t.false(await isCached(project, 'a.json', '?nacre&target=relaxed'), 'an option');
  t.false(await isCached(project, 'a.json', '?nacre', { storage: 'f16' }), 'an option of the plugin');
  await project.write('a.safetensors', tensors(9));
  const { model, sources } = await open(project, 'a.json');
  t.false(model.isCached, 'tensors');
  t.deepEqual([...sources].sort(), [project.path('a.json'), project.path('a.safetensors')]);
  t.deepEqual((await open(project, 'a.json')).sources, sources, 'sources of what is cached');
  await project.write('a.json', { ...filled, name: 'other' });
  t.false(await isCached(project, 'a.json'), 'the model');
});

test('a file that comes to stand beside a model counts', async (t) => {
  const project = await temporaryProject(t);
  await project.write('a.json', layered(2));
  t.false(await isCached(project, 'a.json'));
  await project.write(
    'a.safetensors',
    writeSafetensors({ 'y.bias': { dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) } }),
  );
  t.false(await isCached(project, 'a.json'));
  t.true(await isCached(project, 'a.json'));
});

const damages: readonly (readonly [title: string, damage: (module: string) => Promise<unknown>])[] = [
  ['a module that is cut off', (module) => truncate(module, 100)],
  ['a module of other bytes', async (module) => writeFile(module, (await readFile(module)).reverse())],
  ['no module', (module) => rm(module)],
  ['an entry that is cut off', (module) => truncate(join(dirname(module), 'entry.json'), 20)],
  [
    'an entry of something else',
    (module) => writeFile(join(dirname(module), 'entry.json'), '{"sources":{},"files":{}}'),
  ],
  ['no entry', (module) => rm(join(dirname(module), 'entry.json'))],
];

for (const [title, damage] of damages) {
  test(`${title} in the cache is compiled again`, async (t) => {
    const project = await temporaryProject(t);
    await project.write('a.json', layered(3));
    const { model } = await open(project, 'a.json');
    await damage(model.paths.module!);
    const again = await open(project, 'a.json');
    t.false(again.model.isCached);
    t.deepEqual(new Uint8Array(await readFile(again.model.paths.module!)), await compiled(layered(3)));
    t.true(await isCached(project, 'a.json'));
  });
}

test('many at once leave one whole entry', async (t) => {
  const project = await temporaryProject(t);
  await project.write('a.json', layered(3));
  const models = new Models({}, project.folder);
  const queries = ['?nacre', '?nacre&inline', '?nacre&runtime=forward'];
  const openings = await Promise.all([
    ...queries.map((query) => models.open(project.path('a.json'), query)),
    ...queries.map((query) => open(project, 'a.json', query)),
  ]);
  const modules = new Set(openings.map(({ model }) => Buffer.from(model.parts.module!).toString('base64')));
  t.is(modules.size, 1);
  const cache = join(project.folder, 'node_modules/.cache/nacre');
  t.is((await readdir(cache)).length, 1);
  t.true(await isCached(project, 'a.json'));
});

test('without a cache nothing is found, and nothing written to the project', async (t) => {
  const project = await temporaryProject(t);
  await project.write('a.json', layered(3));
  const { model } = await open(project, 'a.json', '?nacre', { cache: false });
  t.teardown(() => rm(dirname(dirname(model.paths.module!)), { recursive: true }));
  t.false(await isCached(project, 'a.json', '?nacre', { cache: false }));
  t.deepEqual((await readdir(project.folder)).sort(), ['a.json', 'package.json']);
});

test('a script is run anew when it changes, and compiled when what it exports does', async (t) => {
  const project = await temporaryProject(t);
  const script = (units: number, remark = ''): string =>
    `import { fromDeclaration } from ${JSON.stringify(entry)};\n${remark}\nexport default fromDeclaration(${JSON.stringify(layered(units))});`;
  await project.write('a.mjs', script(2));
  t.false(await isCached(project, 'a.mjs'));
  await project.write('a.mjs', script(2, '// a remark'));
  t.true(await isCached(project, 'a.mjs'));
  await project.write('a.mjs', script(3));
  const { model } = await open(project, 'a.mjs');
  t.false(model.isCached);
  t.deepEqual(new Uint8Array(model.parts.module!), await compiled(layered(3)));
});

test('a script with functions of the host is never found again, and says what it needs', async (t) => {
  const project = await temporaryProject(t);
  const text = `import { input, dense, sequential } from ${JSON.stringify(entry)};
    export default sequential([input([1, 4]), dense({ units: 2, weight: (name, shape) => new Float32Array(8) })]);`;
  await project.write('a.mjs', text);
  const { model } = await open(project, 'a.mjs');
  t.regex(model.notes.join(), /run on the host; give them to load\(\{ functions \}\)/);
  t.false(await isCached(project, 'a.mjs'));
});

test('a module that is compiled already is taken as it is', async (t) => {
  const project = await temporaryProject(t);
  const module = await compile(JSON.stringify(layered(3)), { weights: 'external' });
  await project.write('a.wasm', module.binary);
  await project.write('a.d.wasm.ts', module.types);
  await t.throwsAsync(open(project, 'a.wasm'), {
    message: /^a\.wasm: .*a\.safetensors: is missing; a\.wasm has its weights there/,
  });
  await project.write('a.safetensors', module.weights!);
  const { model } = await open(project, 'a.wasm', '?nacre&runtime=forward');
  t.deepEqual(new Uint8Array(model.parts.module!), module.binary);
  t.deepEqual(new Uint8Array(model.parts.weights!), module.weights!);
  t.regex(model.signature!, /^interface Signature \{\n {2}inputs: \{/);
  const message = 'a.wasm: seed: the module is compiled already; leave it out';
  await t.throwsAsync(open(project, 'a.wasm', '?nacre&seed=1'), { instanceOf: ModelFault, message });
});

const faults: readonly (readonly [title: string, name: string, query: string, message: RegExp])[] = [
  ['no file', 'none.onnx', '?nacre', /^none\.onnx: .*cannot be read: /],
  ['no kind of model', 'a.txt', '?nacre', /^a\.txt: is no model; the name must end in /],
  ['a fault of the declaration', 'wrong.json', '?nacre', /^wrong\.json: .*unknown kind 'dens'.*did you mean 'dense'/],
  ['a query', 'a.json', '?nacre&sed=1', /^a\.json: .*unknown option 'sed'/],
  ['an option of the compiler', 'a.json', '?nacre&dims=rows=1', /^a\.json: dims: the model has no dim 'rows'/],
  ['a script that throws', 'throws.mjs', '?nacre', /^throws\.mjs: cannot be loaded: TypeError: no such layer$/],
];

for (const [title, name, query, message] of faults) {
  test(`a fault names the file: ${title}`, async (t) => {
    const project = await temporaryProject(t);
    await project.write('a.json', layered(2));
    await project.write('a.txt', 'text');
    await project.write('wrong.json', { ...layered(2), layers: [{ name: 'y', kind: 'dens', units: 2 }] });
    await project.write('throws.mjs', 'throw new TypeError("no such layer");');
    const fault = await t.throwsAsync(open(project, name, query), { instanceOf: ModelFault, message });
    t.true(fault.sources.includes(project.path(name)), 'its change may put it right');
  });
}

test('which imports are of models', (t) => {
  const models = new Models({ include: [/\.onnx$/, /models\/.*\.json$/] }, '/project');
  t.true(models.claims('/x/a.onnx', ''));
  t.true(models.claims('C:\\models\\a.json', ''));
  t.true(models.claims('/x/a.json', '?nacre'));
  t.false(models.claims('/x/a.json', ''));
  t.false(models.claims('/x/a.onnx', '?url'));
  t.false(new Models({}, '/project').claims('/x/a.onnx', ''));
});
