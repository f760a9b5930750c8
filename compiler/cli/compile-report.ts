import { gzipSync } from 'node:zlib';
import { printFigures, type Check } from '../artifacts/index.js';
import type { CompiledModule, CompileOptions } from '../compile.js';
import { memoryFigures, printMemory } from '../memory.js';
import { prettyJson, table, thousands } from '../text.js';
import type { Artifacts, Request } from './artifacts.js';

type Weights = NonNullable<CompileOptions['weights']>;

export interface Facts extends Artifacts {
  readonly checks: readonly Check[];
  readonly weights: Weights;
  readonly inline: boolean;
}

function printWeights({ manifest }: CompiledModule, weights: Weights): string {
  const { variables, seed, initializers } = manifest;
  if (variables.length === 0) return 'no weights';
  const given = variables.filter((variable) => variable.given).length;
  const carried = initializers.length === 0 ? '' : `, carries ${initializers.join(' ')}`;
  const word = weights === 'embed' ? 'embedded' : weights === 'external' ? 'external' : 'given';
  if (given === variables.length) return `weights: ${word}${weights !== 'seed' ? ` (seed ${seed})` : ''}${carried}`;
  return `weights: seed ${seed}${given === 0 ? '' : `, ${given} of ${variables.length} ${word}`}${carried}`;
}

const sizes = (data: Uint8Array | string): { readonly bytes: number; readonly gzip: number } => ({
  bytes: Buffer.byteLength(data),
  gzip: gzipSync(data).length,
});

/** What is worth knowing, besides what the compiler says: of limits, and of how platforms bundle. */
export function notesOf({ module, loader }: Artifacts, checks: readonly Check[], request: Request): readonly string[] {
  const { platform, inline } = request;
  return [
    ...module.notes,
    ...checks.flatMap(({ by, note }) => (note === undefined ? [] : [`${by}: ${note}`])),
    ...(loader && platform?.name === 'netlify' && !inline
      ? ['netlify: files that no import names may be left out of what is deployed; --inline needs none']
      : []),
  ];
}

/** The checks of one platform or option, as `memory 1,000 of 2,000 bytes`. */
const printChecks = (checks: readonly Check[]): string[][] =>
  [...new Set(checks.map(({ by }) => by))].map((by) => {
    const own = checks.filter((check) => check.by === by);
    return [by, own.map((check) => `${check.what} ${printFigures(check)}`).join(', ')];
  });

export function jsonReport({ module, plan, loader, files, checks, weights }: Facts): string {
  const { binary, manifest, notes } = module;
  const { target, seed, initializers, hash } = manifest;
  const { bytes, gzip } = sizes(binary);
  const result = {
    files: files.map(({ path }) => path),
    ...{ gzip, weights, memory: memoryFigures(plan), bytes, target, seed, initializers, hash },
    ...(loader && { loader: { runtime: loader.runtime, ...sizes(loader.js) } }),
    ...(checks.length > 0 && { checks }),
    notes,
  };
  return `${prettyJson(result)}\n`;
}

export function textReport({ module, plan, loader, files, checks, weights, inline }: Facts): string {
  const printed = (data: Uint8Array | string): string => {
    const { bytes, gzip } = sizes(data);
    return `${thousands(bytes)} bytes (${thousands(gzip)} gzip)`;
  };
  const rows = files.flatMap(({ path, data }, index) => {
    if (index === 0) {
      const what = typeof data === 'string' ? 'loader with its module, ' : '';
      return [[path, `${printed(data)}  ${what}${module.manifest.target}, ${printWeights(module, weights)}`]];
    }
    if (path.endsWith('.wasm')) return [[path, `${printed(data)}  relaxed`]];
    if (data !== loader?.js) return [];
    return [[path, `${printed(data)}  loader${inline ? ' with its module' : ''}, ${loader.runtime} runtime`]];
  });
  return `${table([...rows, ['memory', printMemory(memoryFigures(plan))], ...printChecks(checks)]).join('\n')}\n`;
}
