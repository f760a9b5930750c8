// npm run test:models [-- NAME]: real models, or those whose names contain NAME, against onnxruntime, on a photo and on random
// inputs. A model whose package is not to be had is skipped; a difference exits 1. Times are for information.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { main } from '../../compiler/cli/program.js';
import { loadRuntime } from '../../compiler/cli/verify/onnxruntime.js';
import type { Target } from '../../compiler/emit/library.js';
import { table, thousands } from '../../compiler/text.js';
import { readPng } from '../../examples/face/image.js';
import { PinnedPackages } from '../../examples/support/packages.js';
import { models, type TestedModel } from './models.js';
import { runModel, type ModelReport } from './run.js';

const RUNTIME = 'onnxruntime-node';
const source = new URL('../../../test/models/', import.meta.url);
const relaxedLibrary = new URL('../../kernels.relaxed.wasm', import.meta.url);

// Node 20 has relaxed SIMD behind a flag.
if (process.version.startsWith('v20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');

const milliseconds = (time: number | undefined): string =>
  time === undefined ? '' : time < 100 ? time.toPrecision(3) : time.toFixed(0);
const ratio = (value: number | undefined): string => (value === undefined ? '' : value.toExponential(1));

const heads = [
  ...['model', 'output', 'shape', 'baseline', 'relaxed', '', 'transposes', 'bytes', 'compile ms'],
  ...['baseline ms', 'relaxed ms', 'onnxruntime ms'],
];

const shorten = (name: string): string => (name.length > 24 ? `…${name.slice(-23)}` : name);

function rowsOf({ name, informative }: TestedModel, report: ModelReport): string[][] {
  const { transposes, bytes, compileTime, forwardTimes } = report;
  return report.outputs.map((output, at) => [
    at === 0 ? name : '',
    shorten(output.name),
    `(${output.shape.join(', ')})`,
    ratio(output.relative['baseline']),
    ratio(output.relative['relaxed']),
    output.deviates ? 'deviates' : informative?.includes(output.name) ? 'informative' : '',
    ...(at > 0
      ? []
      : [
          ...[String(transposes), thousands(bytes), milliseconds(compileTime)],
          ...['baseline', 'relaxed', 'onnxruntime'].map((key) => milliseconds(forwardTimes[key])),
        ]),
  ]);
}

/** What is wrong with what the command says of a model that agrees, and of one that cannot agree to the last bit. */
async function checkCommand(path: string): Promise<string[]> {
  let text = '';
  const streams = { stdout: { write: (part: string) => (text += part) }, stderr: process.stderr };
  const verify = (...options: string[]): Promise<number> =>
    main(['verify', path, '--against', 'onnxruntime', ...options], streams);
  const agrees = await verify('--layers');
  const failures = agrees === 0 ? [] : [`verify: exits ${agrees}\n${text}`];
  const code = await main(['verify', path, '--against', 'onnxruntime', '--layers', '--tolerance', '0'], {
    ...streams,
    stderr: { write: () => true },
  });
  if (code !== 1 || !/^first deviation: Conv /m.test(text)) failures.push('verify: names no first deviation');
  return failures;
}

const packages = new PinnedPackages(source);
const skipped: string[] = [];
const failures: string[] = [];
const rows: string[][] = [];
if (packages.find(RUNTIME)) {
  process.chdir(fileURLToPath(source));
  const { runtime, version } = loadRuntime(process.cwd());
  const photo = readPng(new URL('../../../examples/face/astronaut.png', import.meta.url));
  const targets: Target[] = ['baseline'];
  if (WebAssembly.validate(readFileSync(relaxedLibrary))) targets.push('relaxed');
  else skipped.push(`relaxed: ${process.version} has no relaxed SIMD`);
  const asked = process.argv[2]?.toLowerCase() ?? '';
  let commandChecked = false;
  for (const model of models.filter(({ name }) => name.toLowerCase().includes(asked))) {
    const folder = packages.find(model.package);
    if (!folder) {
      skipped.push(`${model.name}: ${model.package} is not to be had`);
      continue;
    }
    const file = new URL(model.file, folder);
    try {
      const report = await runModel(model, readFileSync(file), photo, runtime, targets);
      rows.push(...rowsOf(model, report));
      for (const { name, deviates } of report.outputs) if (deviates) failures.push(`${model.name}: ${name} deviates`);
      if (!commandChecked) failures.push(...(await checkCommand(fileURLToPath(file))));
      commandChecked = true;
    } catch (error) {
      failures.push(`${model.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  console.log(`onnxruntime ${version}; differences are relative to the largest magnitude, at most 1e-4`);
  for (const line of table([heads, ...rows], [6, 7, 8, 9, 10, 11])) console.log(line);
} else skipped.push(`all models: ${RUNTIME} is not to be had`);
for (const line of skipped) console.log(`skipped: ${line}`);
for (const line of failures) console.error(line);
console.log(`${failures.length} failures, ${skipped.length} skipped`);
process.exitCode = failures.length > 0 ? 1 : 0;
