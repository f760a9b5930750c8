/**
 * Draws from the stream of the variable that is being initialized. Each call goes on where no call before it was: the n-th,
 * counted from 0, numbers its elements from n · 2⁴⁰ on, so that the first is what the module's own initializer draws.
 */
export interface HostRandom {
  /** Uniform over [low, high), by default [0, 1). */
  uniform(shape: readonly number[], low?: number, high?: number): Float32Array;
  /** Normal, by default of mean 0 and standard deviation 1. */
  normal(shape: readonly number[], mean?: number, std?: number): Float32Array;
  /** Random words. */
  bits(shape: readonly number[]): Uint32Array;
}

/**
 * An initializer that runs on the host.
 *
 * @param name of the variable · @param shape in its own layout
 * @returns its values, row-major
 */
export type HostInitializer = (name: string, shape: readonly number[], random: HostRandom) => Float32Array;

/** Functions of the host by the names that a declaration gives them. */
export type HostFunctions = Readonly<Record<string, HostInitializer>>;
