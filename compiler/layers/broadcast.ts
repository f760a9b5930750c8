import type { Build } from '../build.js';
import { equal, printShape } from '../dim.js';
import type { Value } from '../ir.js';

/**
 * NumPy broadcasting lines axes up at the right, so a batch that would land on another tensor's inner axis is a rank
 * too few: refused here, where the shapes can be named.
 */
export function requireBroadcast(build: Build, inputs: readonly Value[]): void {
  if (inputs.length === 0) build.fail('takes at least 1 input, got 0');
  const largest = inputs.reduce((a, b) => (b.shape.length > a.shape.length ? b : a));
  for (const { shape } of inputs) {
    const other = largest.shape[largest.shape.length - shape.length];
    if (shape.length === largest.shape.length || typeof shape[0] !== 'object' || other === undefined) continue;
    if (other !== 1 && !equal(shape[0], other)) {
      const shapes = `${printShape(shape)} and ${printShape(largest.shape)}`;
      build.fail(`inputs ${shapes} do not broadcast, as axes line up at the right; insert axes with reshape`);
    }
  }
}
