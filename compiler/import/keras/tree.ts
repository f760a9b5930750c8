import type { StoredDtype } from '../stored-dtypes.js';

/** An array in a file, whose elements are read when asked for. */
export interface StoredArray {
  readonly shape: readonly number[];
  /** Undefined for what nacre does not store, such as text. */
  readonly dtype: StoredDtype | undefined;
  /** Its elements as little-endian bytes, row-major, in memory of their own. */
  readonly read: () => Uint8Array<ArrayBuffer>;
}

/** A group of a file, as of HDF5: named groups, arrays and attributes. */
export interface Group {
  /** Names of all that it holds. */
  readonly names: () => readonly string[];
  /** The group of a name; undefined where there is none. */
  readonly group: (name: string) => Group | undefined;
  /** The array of a name, which may be a path. */
  readonly array: (name: string) => StoredArray | undefined;
  readonly attribute: (name: string) => unknown;
}
