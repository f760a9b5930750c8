import { substitute, valueOf, type Dim } from './dim.js';
import type { KernelPlan } from './plan/types.js';
import { byteSize } from './text.js';

export interface MemoryFigures {
  /** Sizes for which the bytes stand. */
  readonly at: Readonly<Record<string, number>>;
  readonly parameters: number;
  readonly activations: number;
  /** Bytes of what lasts between calls, where anything does. */
  readonly states?: number;
  /** Bytes of activations for each further row of a free first axis. */
  readonly perRow?: number;
  /** Bytes of everything where each open size is at its limit. */
  readonly most?: number;
}

const ROWS = 16;
const UNLIMITED = 0xffffffff;

/** What the memory formulas of a plan come to for the sizes that kernels are chosen for. */
export function memoryFigures({ symbols, memory }: KernelPlan): MemoryFigures {
  const { parameterBytes, activationBytes, definitions, end, states } = memory;
  const usual = new Map(symbols.map(({ name, typical }) => [name, typical]));
  const at = (dim: Dim, sizes: ReadonlyMap<string, number>): number => valueOf(dim, sizes)!;
  const rows = symbols.find(({ kind, axis }) => kind === 'free' && axis === 0);
  const further = new Map(usual).set(rows?.name ?? '', (rows?.typical ?? 0) + ROWS);
  const activations = at(activationBytes, usual);
  const limits = new Map<string, Dim>(symbols.map(({ name, max }) => [name, max]));
  for (const { name, dim } of definitions) limits.set(name, substitute(dim, limits));
  const isLimited = symbols.length > 0 && symbols.every(({ max }) => max < UNLIMITED);
  return {
    at: Object.fromEntries(usual),
    parameters: at(parameterBytes, usual),
    activations,
    ...(states && { states: at(states.bytes, usual) }),
    ...(rows && { perRow: Math.round((at(activationBytes, further) - activations) / ROWS) }),
    ...(isLimited && { most: substitute(end, limits) as number }),
  };
}

/** `at batch 1: parameters 136.3 KiB, activations 41.9 KiB; 41.9 KiB for each further row` */
export function printMemory({ at, parameters, activations, states, perRow, most }: MemoryFigures): string {
  const sizes = Object.entries(at).map(([name, size]) => `${name} ${size}`);
  const head = sizes.length === 0 ? '' : `at ${sizes.join(', ')}: `;
  const rows = perRow === undefined ? '' : `; ${byteSize(perRow)} for each further row`;
  const limit = most === undefined ? '' : `; at most ${byteSize(most)} in all`;
  const lasting = states === undefined ? '' : `, states ${byteSize(states)}`;
  return `${head}parameters ${byteSize(parameters)}, activations ${byteSize(activations)}${lasting}${rows}${limit}`;
}
