/** What a module's functions return. The failed check, variable or position is what `failed()` returns then. */
export const ok = 0;
/** A size breaks the rule `checks[failed()]`. */
export const shape = -1;
/** The sizes need more memory than the module allows itself. */
export const memoryLimit = -2;
/** The host refused to grow the memory. */
export const memoryRefused = -3;
/** Sizes this needs are not settled yet: call `infer`. */
export const notInferred = -4;
/** Variable `failed()` is not initialized. */
export const uninitialized = -5;
/** No variable has this index. */
export const noVariable = -6;
/** The module does not carry this initializer. */
export const noInitializer = -7;
/** An index into a table is outside it; `failed()` is its position. */
export const index = -8;
/**
 * A host function must supply variable `failed()`.
 *
 * @public
 */
export const awaitingHost = -9;
/**
 * Output `failed()` of the self-test is not what was expected.
 *
 * @public
 */
export const mismatch = -10;
