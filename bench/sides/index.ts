import type { Side } from './side.js';

/** Each side is imported alone: a process loads only the one it measures. */
export const sides = {
  nacre: async (): Promise<Side> => (await import('./nacre.js')).nacre,
  onnxruntime: async (): Promise<Side> => (await import('./onnxruntime.js')).onnxruntime,
  tfjs: async (): Promise<Side> => (await import('./tfjs.js')).tfjs,
  litert: async (): Promise<Side> => (await import('./litert.js')).litert,
  jax: async (): Promise<Side> => (await import('./jax.js')).jax,
  native: async (): Promise<Side> => (await import('./onnxruntime.js')).native,
} as const;

export type SideName = keyof typeof sides;
export const sideNames = Object.keys(sides) as SideName[];
