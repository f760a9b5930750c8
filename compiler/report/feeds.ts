import type { DType } from '../tensor.js';

/** The values of an input or output as bytes, which travel. */
export interface Feed {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Row-major, little-endian. */
  readonly bytes: Uint8Array;
}
