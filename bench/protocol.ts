import type { SideName } from './sides/index.js';

/** What the parent asks of a process that it forked, and what it answers; each question has one answer. */
export interface PrepareTask {
  readonly model: string;
  readonly folder: string;
  readonly sides: readonly SideName[];
  readonly target: 'baseline' | 'relaxed';
  readonly repeats: number;
}

export interface ByteCount {
  readonly raw: number;
  readonly gzip: number;
}

export interface Prepared {
  /** Milliseconds of the first compilation in a process, and the median of those after it. */
  readonly compile: { readonly first: number; readonly warm: number };
  readonly module: ByteCount;
  /** The module less the values of its variables. */
  readonly code: ByteCount;
  readonly parameters: number;
}

export interface LoadTask {
  readonly side: SideName;
  readonly folder: string;
}

export interface SampleTask {
  readonly time: number;
  readonly least: number;
}

export interface Sampled {
  /** Milliseconds of a call. */
  readonly samples: readonly number[];
  /** The most memory that was resident so far, in bytes. */
  readonly memory: number;
}

/** Nanoseconds of a call: the module's function alone, and through the runtime. */
export interface Calls {
  readonly module: number;
  readonly run: number;
  readonly forward: number;
}
