// npm run test:models [-- NAME]: real models, or those whose names contain NAME, against the runtimes they are made for, on real
// and on random inputs. A model whose package is not to be had is skipped; a difference exits 1. Times are for information.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import type { Target } from '../../compiler/emit/library.js';
import { table, thousands } from '../../compiler/text.js';
import { readPng } from '../../examples/face/image.js';
import { PinnedPackages } from '../../examples/support/packages.js';
import { models } from './models.js';
import { Unavailable, type ModelReport, type TestedModel } from './tested.js';

const source = new URL('../../../test/models/', import.meta.url);
const relaxedLibrary = new URL('../../kernels.relaxed.wasm', import.meta.url);

// Node 20 has relaxed SIMD behind a flag.
if (process.version.startsWith('v20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');

const milliseconds = (time: number | undefined): string =>
  time === undefined ? '' : time < 100 ? time.toPrecision(3) : time.toFixed(0);

const heads = [
  ...['model', 'output', 'shape', 'baseline', 'relaxed', '', 'transposes', 'bytes', 'compile ms'],
  ...['baseline ms', 'relaxed ms', 'reference ms', 'reference'],
];

const shorten = (name: string): string => (name.length > 24 ? `…${name.slice(-23)}` : name);

function rowsOf({ name }: TestedModel, report: ModelReport): string[][] {
  const { rows, transposes, bytes, compileTime, times, reference, referenceTime } = report;
  return rows.map((row, at) => [
    at === 0 ? name : '',
    shorten(row.name),
    row.shape.length === 0 ? '' : `(${row.shape.join(', ')})`,
    row.results['baseline'] ?? '',
    row.results['relaxed'] ?? '',
    row.status,
    ...(at > 0
      ? []
      : [
          ...[String(transposes), thousands(bytes), milliseconds(compileTime)],
          ...[times['baseline'], times['relaxed'], referenceTime].map(milliseconds),
          reference,
        ]),
  ]);
}

process.chdir(fileURLToPath(source));
const packages = new PinnedPackages(source);
const photo = readPng(new URL('../../../examples/face/astronaut.png', import.meta.url));
const skipped: string[] = [];
const failures: string[] = [];
const rows: string[][] = [];
const targets: Target[] = ['baseline'];
if (WebAssembly.validate(readFileSync(relaxedLibrary))) targets.push('relaxed');
else skipped.push(`relaxed: ${process.version} has no relaxed SIMD`);
const asked = process.argv[2]?.toLowerCase() ?? '';
for (const model of models.filter(({ name }) => name.toLowerCase().includes(asked))) {
  const missing = model.packages.filter((name) => !packages.find(name));
  if (missing.length > 0) {
    skipped.push(`${model.name}: ${missing.join(' and ')} is not to be had`);
    continue;
  }
  try {
    const report = await model.run({ packages, targets, photo });
    rows.push(...rowsOf(model, report));
    for (const { name, status } of report.rows)
      if (status === 'deviates') failures.push(`${model.name}: ${name} deviates`);
    for (const failure of report.failures ?? []) failures.push(`${model.name}: ${failure}`);
  } catch (error) {
    const text = `${model.name}: ${error instanceof Error ? error.message : String(error)}`;
    (error instanceof Unavailable ? skipped : failures).push(text);
  }
}
console.log('differences are relative to the largest magnitude, at most 1e-4');
for (const line of table([heads, ...rows], [6, 7, 8, 9, 10, 11])) console.log(line);
for (const line of skipped) console.log(`skipped: ${line}`);
for (const line of failures) console.error(line);
console.log(`${failures.length} failures, ${skipped.length} skipped`);
process.exitCode = failures.length > 0 ? 1 : 0;
