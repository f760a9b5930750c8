import { RELAXED_PROBE } from '../../../runtime/open.js';

/** Whether the engine has relaxed SIMD. */
export const hasRelaxed = (): boolean => WebAssembly.validate(RELAXED_PROBE);
