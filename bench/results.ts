import type { ColdStart } from './child.js';
import type { Comparison } from './compare.js';
import { barOf, type Target } from './bars.js';
import type { Engine } from './engines.js';
import type { Machine } from './machine.js';
import type { Calls, Prepared, PerSide } from './protocol.js';
import type { ShippedBytes } from './shipped.js';
import type { SideName } from './sides/index.js';

export interface SideResult {
  readonly name: SideName;
  readonly title: string;
  readonly version: string;
  readonly isNative: boolean;
  readonly shipped?: ShippedBytes;
}

/** How many times as fast as a rival nacre is. */
export interface Ratio {
  readonly rival: SideName;
  readonly times: number;
  readonly bar?: number;
  readonly isMet?: boolean;
}

export interface ModelResult extends Prepared, Comparison {
  readonly name: string;
  /** Against the fastest runtime in WebAssembly, and against machine code. */
  readonly ratios: { readonly wasm?: Ratio; readonly native?: Ratio };
  /** Of some models. */
  readonly cold?: PerSide<ColdStart> & { readonly empty: ColdStart };
}

/** What was measured on one engine. */
export interface EngineResult {
  readonly engine: Engine;
  readonly models: readonly ModelResult[];
  /** Of the first model that is quick enough. */
  readonly calls?: Calls & { readonly model: string };
  /** Models that could not be measured, and why. */
  readonly failures: readonly { readonly model: string; readonly reason: string }[];
}

export interface Results {
  readonly machine: Machine;
  readonly quick: boolean;
  readonly sides: readonly SideResult[];
  readonly engines: readonly EngineResult[];
}

/** nacre against the fastest of the rivals of each kind that ran the model. */
export function ratiosOf(
  model: string,
  target: Target,
  timings: Comparison['timings'],
  sides: readonly Pick<SideResult, 'name' | 'isNative'>[],
): ModelResult['ratios'] {
  const bar = barOf(model, target);
  const ratio = (isNative: boolean, least: number | undefined): Ratio | undefined => {
    const rivals = sides.flatMap(({ name, isNative: kind }) => {
      const timing = timings[name];
      return name !== 'nacre' && kind === isNative && timing ? [{ name, time: timing.time }] : [];
    });
    const [fastest] = rivals.sort((a, b) => a.time - b.time);
    if (fastest === undefined || timings.nacre === undefined) return undefined;
    const times = fastest.time / timings.nacre.time;
    return { rival: fastest.name, times, ...(least !== undefined && { bar: least, isMet: times >= least }) };
  };
  const [wasm, native] = [ratio(false, bar?.wasm), ratio(true, bar?.native)];
  return { ...(wasm && { wasm }), ...(native && { native }) };
}
