import { basename, extname } from 'node:path';
import type { Manifest } from '../../runtime/manifest.js';

/** The files of a compiled model: of target `both` the module and its relaxed form. */
export type Part = 'module' | 'relaxed' | 'weights';

export interface Compiled {
  readonly parts: Readonly<Partial<Record<Part, Uint8Array>>>;
  /** Of the module. */
  readonly manifest: Manifest;
  /** Text that declares its `Signature`; none of a module that was compiled before and has no types beside it. */
  readonly signature: string | undefined;
  /** What it takes, in words; none of a module that was compiled before. */
  readonly memory: string | undefined;
  readonly notes: readonly string[];
}

/** `models/digits.onnx` → `digits` */
export const stemOf = (path: string): string => basename(path, extname(path)).replace(/[^\w.-]/g, '-');

/** How files of a model are called. */
export const fileNames: Readonly<Record<Part, (stem: string) => string>> = {
  module: (stem) => `${stem}.wasm`,
  relaxed: (stem) => `${stem}.relaxed.wasm`,
  weights: (stem) => `${stem}.safetensors`,
};
