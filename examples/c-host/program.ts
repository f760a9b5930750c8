import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CompiledModule } from '../../compiler/index.js';
import { installPackage } from '../support/apt.js';

const header = '/usr/include/wabt/interp/interp.h';
const source = fileURLToPath(new URL('../../../examples/c-host/host.cc', import.meta.url));

const tools = [
  { name: 'wabt', isThere: () => existsSync(header) },
  { name: 'g++', isThere: () => spawnSync('g++', ['--version']).status === 0 },
] as const;

/**
 * Builds host.cc, and installs the interpreter and a compiler before it where that can be done.
 *
 * @param folder where the program goes
 * @returns its path; or why there is none
 */
export function buildHost(folder: string): { readonly path: string } | string {
  for (const { name, isThere } of tools) {
    const reason = isThere() ? undefined : installPackage(name);
    if (reason !== undefined) return `${name} is missing; ${reason}`;
  }
  const path = join(folder, 'host');
  execFileSync('g++', ['-std=c++17', '-O2', '-Wall', source, '-lwabt', '-o', path], { stdio: 'inherit' });
  return { path };
}

type Manifest = CompiledModule['manifest'];

export interface HostRun {
  /** The path of the module. */
  readonly module: string;
  readonly manifest: Manifest;
  readonly seed: bigint | number;
  /** For each input of the model, or for none: the file of its bytes, and its sizes. */
  readonly inputs: readonly { readonly file: string; readonly shape: readonly number[] }[];
  /** Also the values of the variables, whose sizes must be known. */
  readonly parameters?: boolean;
}

export interface HostResult {
  readonly outputs: readonly { readonly shape: readonly number[]; readonly words: Uint32Array }[];
  /** In the manifest's order. */
  readonly parameters: readonly Uint32Array[];
}

const volume = (shape: Manifest['variables'][number]['shape']): number =>
  shape.reduce<number>((product, size) => product * Number(size), 1);

/**
 * Runs a model whose outputs are of float32 or int32 in host.cc; without inputs it only initializes.
 * @throws Error with what the host says
 */
export function runHost(program: string, { module, manifest, seed, inputs, parameters = false }: HostRun): HostResult {
  const outputs = inputs.length > 0 ? manifest.outputs : [];
  const variables = parameters ? manifest.variables : [];
  const words = [
    ...['seed', seed],
    ...inputs.flatMap(({ file, shape }, i) => ['input', manifest.inputs[i]!.table, file, ...shape]),
    ...outputs.flatMap(({ table, shape }) => ['output', table, shape.length]),
    ...variables.flatMap(({ shape }, i) => ['parameter', manifest.parameter, i, volume(shape)]),
  ];
  const options = { encoding: 'utf8', maxBuffer: 1 << 28 } as const;
  const lines = execFileSync(program, [module, ...words.map(String)], options).split('\n');
  const next = (): number[] =>
    lines
      .shift()!
      .split(' ')
      .filter((word) => word !== '')
      .map((word) => parseInt(word, 16));
  return {
    outputs: outputs.map(() => ({ shape: next(), words: Uint32Array.from(next()) })),
    parameters: variables.map(() => Uint32Array.from(next())),
  };
}
