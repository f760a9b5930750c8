// Runs in Node, in pages and in workers.
import {
  DeclarationError,
  ImportError,
  ModuleError,
  NacreError,
  OptionError,
  ShapeError,
  type CompiledModule,
} from '../../compiler/index.js';
import { instantiate } from '../../runtime/index.js';
import { cases, type BrowserCase } from './cases.js';

/** What became of a case for a target: equal everywhere. */
export interface CaseDigest {
  readonly name: string;
  readonly target: string;
  /** SHA-256 of the module, and what comes with it. */
  readonly module?: Pick<CompiledModule, 'manifest' | 'types' | 'notes'> & { readonly sha256: string };
  /** SHA-256 of the outputs by name, of baseline. */
  readonly outputs?: Readonly<Record<string, string>>;
  readonly error?: Readonly<Record<string, unknown>>;
}

export type Target = 'baseline' | 'relaxed';
export type Compile = (one: BrowserCase, target: Target) => Promise<CompiledModule>;

async function sha256(bytes: ArrayBufferView): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as BufferSource));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const ramp = (shape: readonly number[]): { data: Float32Array; shape: readonly number[] } => {
  const count = shape.reduce((product, size) => product * size, 1);
  return { shape, data: Float32Array.from({ length: count }, (_, i) => ((i * 29) % 71) / 35 - 1) };
};

async function outputsOf(
  module: CompiledModule,
  inputs: NonNullable<BrowserCase['inputs']>,
): Promise<Readonly<Record<string, string>>> {
  const model = await instantiate(module);
  const feeds = Object.fromEntries(Object.entries(inputs).map(([name, shape]) => [name, ramp(shape)]));
  const hashes: Record<string, string> = {};
  for (const [name, { data }] of Object.entries(model.forward(feeds))) hashes[name] = await sha256(data);
  return hashes;
}

const classes = { DeclarationError, ImportError, ModuleError, OptionError, ShapeError };

/** The class, which minifying renames, and every field. */
export function errorDigest(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof NacreError)) return { class: 'none of nacre', text: String(error) };
  const [name] = Object.entries(classes).find(([, known]) => error.constructor === known) ?? ['another'];
  const fields = Object.fromEntries(Object.entries(error).filter(([field]) => field !== 'stack'));
  return { ...fields, class: name, message: error.message };
}

async function digestOf(one: BrowserCase, target: Target, compile: Compile): Promise<CaseDigest> {
  const { name, inputs } = one;
  try {
    const module = await compile(one, target);
    const { binary, manifest, types, notes } = module;
    return {
      ...{ name, target, module: { sha256: await sha256(binary), manifest, types, notes } },
      ...(target === 'baseline' && inputs && { outputs: await outputsOf(module, inputs) }),
    };
  } catch (error) {
    if (inputs) throw error;
    return { name, target, error: errorDigest(error) };
  }
}

/** Of all cases for both targets, as JSON has it. */
export async function digests(compile: Compile, which: readonly BrowserCase[] = cases): Promise<readonly CaseDigest[]> {
  const all: CaseDigest[] = [];
  for (const one of which) {
    for (const target of ['baseline', 'relaxed'] as const) all.push(await digestOf(one, target, compile));
  }
  return JSON.parse(JSON.stringify(all)) as CaseDigest[];
}
