import { readFileSync, writeFileSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import type { CompiledModule } from '../../compiler/index.js';
import type { Network } from '../network.js';

/** What every side computes. */
export interface Source {
  readonly network: Network;
  /** What nacre made of it. */
  readonly compiled: CompiledModule;
}

/** One call: the typed arrays that `load` read go in, a typed array comes out. */
export type Run = () => Float32Array | Promise<Float32Array>;

/** What a page has to load before any model, besides the model. */
export interface Shipped {
  /** A module that exports what `load` uses, and the folder in which its imports are looked up. */
  readonly entry: string;
  readonly folder: URL;
  /** Binaries that the entry loads when it runs. */
  readonly binaries: readonly URL[];
}

/** A library under measurement. `load` runs in a process that imports nothing else. */
export interface Side {
  readonly title: string;
  /** It runs machine code of its own, not WebAssembly. */
  readonly isNative?: true;
  readonly version: () => string;
  /** Writes what `load` reads into the folder. @throws Error for what the side cannot express */
  readonly prepare: (source: Source, folder: URL) => void | Promise<void>;
  readonly load: (folder: URL) => Promise<Run>;
  /** Missing for a side that no page can load. */
  readonly shipped?: () => Shipped;
}

/** The package, from the folder of compiled benchmarks. */
export const root = new URL('../../../', import.meta.url);

export const versionIn = (folder: URL): string =>
  (JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')) as { version: string }).version;

/** Writes structured data, typed arrays among it, for a process of the same Node. */
export const store = (file: URL, data: unknown): void => writeFileSync(file, serialize(data));

export const restore = (file: URL): unknown => deserialize(readFileSync(file));
