import type { Build } from '../build.js';
import { printShape, type Dim } from '../dim.js';
import type { Value } from '../ir.js';

/**
 * Requires an input of the axes named; a leading `batch` and `…`, any number of axes, may be among them. Where only the
 * batch can be missing, the error says what to write.
 */
export function expectAxes(build: Build, x: Value, axes: readonly string[]): void {
  const fixed = axes.filter((axis) => axis !== '…').length;
  const rank = x.shape.length;
  if (axes.includes('…') ? rank >= fixed : rank === fixed) {
    nameAxes(build, x, axes);
    return;
  }
  const hint =
    rank === fixed - 1 && axes[0] === 'batch' && isBatchMissing(x.shape) ? `; write ${asInput(x.shape)}` : '';
  build.fail(`expects (${axes.join(', ')}), got ${printShape(x.shape)}${hint}`);
}

/** The first layer that takes a value names its axes; those of `…` have no name. */
function nameAxes(build: Build, x: Value, axes: readonly string[]): void {
  if (build.axes.has(x.id)) return;
  const unnamed = new Array<string>(x.shape.length - axes.length + 1).fill('');
  build.axes.set(
    x.id,
    axes.flatMap((axis) => (axis === '…' ? unnamed : [axis])),
  );
}

const nameOf = (dim: Dim): string | undefined =>
  typeof dim === 'object' && /^[A-Za-z_][A-Za-z0-9_]*$/.test(dim.key) ? dim.key : undefined;

const isBatchMissing = (shape: readonly Dim[]): boolean => shape.every((dim) => nameOf(dim) !== 'batch');

function asInput(shape: readonly Dim[]): string {
  const dims = shape.map((dim) => {
    if (typeof dim === 'number') return String(dim);
    const name = nameOf(dim);
    return name === undefined ? 'null' : `'${name}'`;
  });
  return `input(['batch', ${dims.join(', ')}])`;
}

/** The size of the last axis. */
export const lastDim = (x: Value): Dim => x.shape[x.shape.length - 1]!;
