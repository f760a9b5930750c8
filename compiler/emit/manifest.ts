import { ABI_VERSION, MANIFEST_SECTION, type Manifest, type ManifestDim } from '../../runtime/manifest.js';
import { printDim, substitute, type Dim } from '../dim.js';
import { carriedBy } from '../plan/carried.js';
import type { KernelPlan } from '../plan/types.js';
import { fnv1a64Bytes } from '../random.js';
import type { EmitOptions } from './options.js';
import type { Checks } from './infer.js';
import { describeSelfTest } from './self-test.js';
import { customSection, join } from './splice.js';

/** Appends the manifest to a module. */
export function describe(
  code: Uint8Array,
  plan: KernelPlan,
  checks: Checks,
  options: Pick<EmitOptions, 'target' | 'maxMemory' | 'seed' | 'frozen' | 'weights' | 'steps' | 'selfTest' | 'build'>,
): { binary: Uint8Array; manifest: Manifest } {
  const { memory } = plan;
  // Definitions are the module's own; users read sizes over the symbols.
  const bindings = new Map<string, Dim>();
  for (const { name, dim } of memory.definitions) bindings.set(name, substitute(dim, bindings));
  const shown = (dim: Dim): ManifestDim => {
    const plain = substitute(dim, bindings);
    return typeof plain === 'number' ? plain : printDim(plain);
  };
  const ports = (list: KernelPlan['inputs'], offsets: readonly number[]): Manifest['inputs'] =>
    list.map(({ name, dtype, shape }, index) => ({ name, dtype, shape: shape.map(shown), table: offsets[index]! }));
  const manifest: Manifest = {
    abi: ABI_VERSION,
    ...(plan.name === undefined ? {} : { name: plan.name }),
    target: options.target,
    layers: plan.layers.length + plan.inputs.length,
    table: memory.tableAddress,
    inputs: ports(plan.inputs, memory.table.inputs),
    outputs: ports(plan.outputs, memory.table.outputs),
    variables: plan.variables.map(({ variable, shape, filling }) => ({
      name: variable.name,
      dtype: variable.value.dtype,
      shape: shape.map(shown),
      layout: variable.layout,
      initializer: variable.initializer,
      default: variable.isDefault,
      users: variable.users,
      trainable: variable.trainable,
      given: filling.kind === 'values',
      ...(filling.kind === 'recipe' && filling.recipe.kind === 'host' ? hostOf(filling.recipe.name, filling.seed) : {}),
    })),
    symbols: plan.symbols.map(({ name, kind, input, axis, min, max }) => ({
      name,
      kind,
      input,
      axis,
      ...(min > 1 ? { min } : {}),
      ...(max < 0xffffffff ? { max } : {}),
    })),
    ...(plan.bounded.length === 0 ? {} : { bounded: plan.bounded.map(({ name, dim }) => ({ name, max: shown(dim) })) }),
    parameter: memory.table.parameter,
    arguments: memory.table.arguments,
    states: memory.table.states,
    checks,
    initializers: [...new Set(carriedBy(plan.variables, plan.asked).map(({ kind }) => kind))].sort(),
    ...(plan.rng === 'philox' ? {} : { rng: plan.rng }),
    ...(plan.customs.length === 0 ? {} : { custom: plan.customs.map(({ name, options }) => ({ name, options })) }),
    seed: String(options.seed),
    ...(options.weights ? { weights: options.weights } : {}),
    ...(options.selfTest ? { selfTest: describeSelfTest(options.selfTest, options.target) } : {}),
    ...(options.frozen ? { frozen: true } : {}),
    ...(options.steps ? { steps: options.steps } : {}),
    memory: {
      parameters: shown(memory.parameterBytes),
      activations: shown(memory.activationBytes),
      ...(memory.states && { states: shown(memory.states.bytes) }),
      max: options.maxMemory,
    },
    ...(options.build ? { build: options.build } : {}),
    hash: fnv1a64Bytes(code).toString(16).padStart(16, '0'),
  };
  const section = customSection(MANIFEST_SECTION, new TextEncoder().encode(JSON.stringify(manifest)));
  return { binary: join([code, section]), manifest };
}

const hostOf = (host: string, seed: bigint | undefined): { readonly host: string; readonly seed?: string } => ({
  host,
  ...(seed === undefined ? {} : { seed: String(seed) }),
});
