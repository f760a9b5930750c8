import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import ts from 'typescript';
import { Models } from '../../compiler/plugin/models.js';
import { TypesFile } from '../../compiler/plugin/types.js';
import { layered, temporaryProject } from './project.js';

/** Inside the package, so that its name leads to its entry points. */
const folder = fileURLToPath(new URL('types/', import.meta.url));
const client = fileURLToPath(new URL('../../../compiler/plugin/client.d.ts', import.meta.url));

/** Lines of a program that do not compile, beside declarations. */
function faultsOf(name: string, program: string, declarations: string): readonly string[] {
  mkdirSync(folder, { recursive: true });
  const file = `${folder}${name}.ts`;
  writeFileSync(file, program);
  const options: ts.CompilerOptions = {
    ...{ target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.NodeNext, strict: true, noEmit: true },
    ...{
      lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
      types: ['node'],
      skipLibCheck: false,
      exactOptionalPropertyTypes: true,
    },
  };
  const { getPreEmitDiagnostics, createProgram, flattenDiagnosticMessageText } = ts;
  return getPreEmitDiagnostics(createProgram([declarations, file], options))
    .filter(({ file: of }) => of === undefined || [file, declarations].includes(of.fileName))
    .map(({ file: of, start, messageText }) => {
      const line = of ? of.getLineAndCharacterOfPosition(start!).line + 1 : 0;
      return `${line}: ${flattenDiagnosticMessageText(messageText, ' ')}`;
    });
}

test('nacre/client types the imports of any model', (t) => {
  const program = `import load, { compile, manifest, url } from './a.onnx?nacre';
import other from '../b.json?seed=7&nacre';
const model = await load({ onWarning: (text: string) => console.log(text) });
const y: unknown = model.forward({ anything: [[1]] })['y'];
const module: WebAssembly.Module = await compile();
const place: URL | undefined = url;
export { y, module, place };
export const inputs: number = manifest.inputs.length;
export const seed: bigint = (await other()).seed;
`;
  t.deepEqual(faultsOf('loose', program, client), []);
});

test('types give each model its own, and leave the others loose', async (t) => {
  const project = await temporaryProject(t);
  await project.write('models/a.json', layered(3));
  await project.write('models/b.json', layered(5));
  await project.write('other/a.json', { ...layered(7), inputs: [{ name: 'z', shape: [2, 4] }] });
  const models = new Models({}, project.folder);
  const types = new TypesFile({ types: 'src/models.d.ts' }, project.folder);
  for (const [source, name, query] of [
    ['./models/a.json?nacre', 'models/a.json', '?nacre'],
    ['../models/b.json?runtime=forward&nacre', 'models/b.json', '?runtime=forward&nacre'],
    ['./a.json?nacre', 'models/a.json', '?nacre'],
    ['./a.json?nacre', 'other/a.json', '?nacre'],
  ] as const) {
    types.saw(source, project.path(name), query);
    types.know((await models.open(project.path(name), query)).model, query);
  }
  const declarations = `${folder}models.d.ts`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(declarations, readFileSync(project.path('src/models.d.ts')));
  const program = `import a from './models/a.json?nacre';
import deep from '../../models/a.json?nacre';
import b from '../models/b.json?runtime=forward&nacre';
import either from './a.json?nacre';
import unknown from './c.onnx?seed=1&nacre';
export const width: 3 = (await a()).forward({ x: [[1, 2, 3, 4]] }).y.shape[1];
export const same: 3 = (await deep()).forward({ x: [[1, 2, 3, 4]] }).y.shape[1];
(await a()).variables.get('y.weight');
(await b()).forward({ x: [[1, 2, 3, 4]] });
(await either()).forward({ any: [[1]] });
(await unknown()).forward({ any: [[1]] });
(await a()).forward({ z: [[1, 2, 3, 4]] });
(await a()).variables.get('y.wait');
(await b()).variables;
export const wrong: 4 = (await a()).forward({ x: [[1, 2, 3, 4]] }).y.shape[1];
`;
  const lines = faultsOf('exact', program, declarations).map((fault) => Number(fault.split(':')[0]));
  t.deepEqual(lines, [12, 13, 14, 15]);
});
