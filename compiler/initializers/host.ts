/** Draws the variable's own stream, in plain JavaScript: the same bits as the module's. */
export interface HostRandom {
  /** Over [low, high); from 0 to 1 by default. */
  uniform(shape: readonly number[], low?: number, high?: number): Float32Array;
  /** With mean 0 and standard deviation 1 by default. */
  normal(shape: readonly number[], mean?: number, std?: number): Float32Array;
  /** The words themselves. */
  bits(shape: readonly number[]): Uint32Array;
}

/** Fills a variable on the host: its elements in row-major order, in the variable's own layout. */
export type HostInitializer = (name: string, shape: readonly number[], random: HostRandom) => Float32Array;
