import type { Side } from './side.js';

/** Each side is imported alone: a process loads only the one it measures. */
export const sides = {
  nacre: async (): Promise<Side> => (await import('./nacre.js')).nacre,
  tfjs: async (): Promise<Side> => (await import('./tfjs.js')).tfjs,
  onnxruntime: async (): Promise<Side> => (await import('./onnxruntime.js')).onnxruntime,
  litert: async (): Promise<Side> => (await import('./litert.js')).litert,
} as const;

export type SideName = keyof typeof sides;
export const sideNames = Object.keys(sides) as SideName[];
