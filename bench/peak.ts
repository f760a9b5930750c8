import { readFileSync } from 'node:fs';
import type { Target } from './bars.js';
import { assembleText } from './link.js';
import { root } from './sides/side.js';

export interface PeakExports {
  /** Floating-point operations of one step. */
  readonly flops: () => number;
  readonly peak: (steps: number, x: number, y: number) => number;
}

const PRODUCT_AND_SUM = /\(f32x4\.add \(f32x4\.mul (\([^()]*\)) (\([^()]*\))\) (\([^()]*\))\)/g;

/** The module of bench/peak.wat, whose chains are of the fused operation where the target has it. */
export function peakBinary(target: Target): Uint8Array<ArrayBuffer> {
  const text = readFileSync(new URL('bench/peak.wat', root), 'utf8');
  const chains = target === 'relaxed' ? text.replace(PRODUCT_AND_SUM, '(f32x4.relaxed_madd $1 $2 $3)') : text;
  return assembleText(chains);
}
