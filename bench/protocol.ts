import type { Target } from './bars.js';
import type { SideName } from './sides/index.js';

export type PerSide<T> = Readonly<Partial<Record<SideName, T>>>;

/** What the parent asks of a process that it forked, and what it answers; each question has one answer. */
export interface PrepareTask {
  readonly model: string;
  readonly folder: string;
  readonly sides: readonly SideName[];
  readonly target: Target;
  readonly repeats: number;
}

export interface ByteCount {
  readonly raw: number;
  readonly gzip: number;
}

export interface Prepared {
  /** Floating-point operations of the products and convolutions of a call. */
  readonly operations: number;
  readonly parameters: number;
  /** Milliseconds of the first compilation in a process, and the median of those after it. */
  readonly compile: { readonly first: number; readonly warm: number };
  /** Bytes of the module. */
  readonly module: number;
  /** The module less the values of its variables. */
  readonly code: ByteCount;
  /** Bytes: what the manifest says of parameters, activations and states, and the memory that the module has after a call. */
  readonly memory: { readonly predicted: number; readonly used: number };
  /** Why sides cannot run the model. */
  readonly refused: PerSide<string>;
}

export interface LoadTask {
  readonly side: SideName;
  readonly folder: string;
}

export interface SampleTask {
  readonly time: number;
  readonly least: number;
}

export interface PeakTask {
  /** The module of `peakBinary`. */
  readonly file: string;
  readonly time: number;
}

export interface Sampled {
  /** Milliseconds of a call. */
  readonly samples: readonly number[];
  /** The most memory that was resident so far, in bytes. */
  readonly memory: number;
}

export interface InstancesTask {
  readonly binary: Uint8Array;
  readonly inputs: Readonly<Record<string, { readonly data: Float32Array; readonly shape: readonly number[] }>>;
  readonly count: number;
  /** Whether to find out how many there can be. */
  readonly most: boolean;
}

/** What each of many instances of one module takes. */
export interface ManyInstances {
  /** Medians of milliseconds: to instantiate, then to initialize and to compute the first output. */
  readonly instantiate: number;
  readonly run: number;
  /** Bytes of its memory. */
  readonly memory: number;
  /** Bytes of the process that are resident, once there are all instances, and once all have computed. */
  readonly resident: { readonly instantiated: number; readonly used: number };
  /** Bytes of JavaScript's heap. */
  readonly heap: number;
  /** How many there can be at once. */
  readonly most?: number;
}

/** Nanoseconds of a call: the module's function alone, and through the runtime. */
export interface Calls {
  readonly module: number;
  readonly run: number;
  readonly forward: number;
}
