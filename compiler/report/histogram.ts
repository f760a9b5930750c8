import { OptionError } from '../errors.js';
import { show } from '../show.js';

/** How values are distributed. */
export interface Histogram {
  /** Values in all. */
  readonly count: number;
  /** Values that are no finite numbers; everything below leaves them out. */
  readonly nan: number;
  readonly infinity: number;
  readonly negativeInfinity: number;
  /** NaN where no value is finite. The deviation is that of the values themselves (divided by their number). */
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly std: number;
  /**
   * Ascending, one more than there are bins: [edges[i], edges[i + 1]), the last bin with its right edge. Equal widths
   * from min to max, as NumPy's `histogram`; one bin around them where all values are equal, none where none is finite.
   */
  readonly edges: readonly number[];
  readonly counts: readonly number[];
}

export interface HistogramOptions {
  /** How many bins, 10 by default. */
  readonly bins?: number;
}

const MOST_BINS = 10_000;

/** Half the range that a plot of one repeated value shows. */
export const halfRange = (value: number): number => (value === 0 ? 0.5 : Math.abs(value) / 2);

function checkBins(bins: unknown): void {
  if (Number.isInteger(bins) && (bins as number) >= 1 && (bins as number) <= MOST_BINS) return;
  const text = `must be a whole number from 1 to ${MOST_BINS}, got ${show(bins)}`;
  throw new OptionError('option', 'histogram.bins', text);
}

/**
 * Counts values in bins of equal width.
 *
 * @throws OptionError for bins that are no whole number from 1 to 10,000
 */
export function histogram(values: ArrayLike<number>, { bins = 10 }: HistogramOptions = {}): Histogram {
  checkBins(bins);
  const other = { nan: 0, infinity: 0, negativeInfinity: 0 };
  let [min, max, sum, finite] = [Infinity, -Infinity, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isFinite(value)) {
      // Adding 0 makes 0 of -0.
      if (value < min) min = value + 0;
      if (value > max) max = value + 0;
      sum += value;
      finite++;
    } else other[Number.isNaN(value) ? 'nan' : value > 0 ? 'infinity' : 'negativeInfinity']++;
  }
  const count = values.length;
  if (finite === 0) return { count, ...other, min: NaN, max: NaN, mean: NaN, std: NaN, edges: [], counts: [] };
  if (min === max) {
    const half = halfRange(min) / 10;
    return { count, ...other, min, max, mean: min, std: 0, edges: [min - half, min + half], counts: [finite] };
  }
  const mean = sum / finite;
  const edges = Array.from({ length: bins + 1 }, (_, i) => (i === bins ? max : min + (i * (max - min)) / bins));
  const { counts, squares } = fill(values, mean, edges);
  return { count, ...other, min, max, mean, std: Math.sqrt(squares / finite), edges, counts };
}

/** Counts between edges, and the sum of squared distances from the mean. */
function fill(
  values: ArrayLike<number>,
  mean: number,
  edges: readonly number[],
): { readonly counts: readonly number[]; readonly squares: number } {
  const bins = edges.length - 1;
  const [min, max] = [edges[0]!, edges[bins]!];
  const counts = new Array<number>(bins).fill(0);
  const scale = bins / (max - min);
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    squares += (value - mean) ** 2;
    let bin = Math.min(Math.floor((value - min) * scale), bins - 1);
    // The product may round across an edge; the edges decide.
    if (value < edges[bin]!) bin--;
    else if (bin < bins - 1 && value >= edges[bin + 1]!) bin++;
    counts[bin]!++;
  }
  return { counts, squares };
}
