/** How a convolution can be computed. */
export type ConvolutionAlgorithm = 'matrix product' | 'direct' | 'winograd F(2x2, 3x3)' | 'winograd F(4x4, 3x3)';

/** Outputs of one tile along an axis, of F(2×2, 3×3) and F(4×4, 3×3). */
export type TileSize = 2 | 4;

export const algorithmOf: Readonly<Record<TileSize, ConvolutionAlgorithm>> = {
  2: 'winograd F(2x2, 3x3)',
  4: 'winograd F(4x4, 3x3)',
};

/** The default of `errorBudget`: F(4×4, 3×3) up to some 12,000 channels. */
export const ERROR_BUDGET = 1e-5;

/** A 3 × 3 convolution of stride 1 at the sizes for which it is chosen how it is computed. */
export interface ConvolutionSizes {
  readonly batch: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly channels: number;
  readonly filters: number;
}

/**
 * A bound of the relative L2 error against float64 for standard normal inputs and weights. Measured at 16, 512 and 2,048
 * channels: F(2×2) 1.7e-7, 6.9e-7 and 1.4e-6, F(4×4) 5.2e-7, 2.1e-6 and 4.1e-6, the direct form 2.1e-7, 1.1e-6 and 2.4e-6.
 * All grow with the root of the number of channels.
 */
export const winogradError = (size: TileSize, channels: number): number =>
  size === 2 ? 2.5e-7 + 3e-8 * Math.sqrt(channels) : 1e-6 + 8e-8 * Math.sqrt(channels);

/** Bytes from one position's slice of a transformed tensor to the next, see `spread` of assembly/winogradWeights.ts. */
const slice = (bytes: number): number => 64 * (Math.ceil(bytes / 64) | 1);

const positionsOf = (size: TileSize): number => (size + 2) ** 2;

/** Bytes of the transformed weights, see `winogradWeights2` of assembly/winogradWeights.ts. */
export const transformedBytes = (size: TileSize, channels: number, filters: number): number =>
  positionsOf(size) * slice(Math.ceil(filters / 8) * channels * 32);

/** Bytes of the scratch memory that `winograd2` and `winograd4` take for blocks of `tiles` tiles. */
export function scratchBytes(size: TileSize, tiles: number, channels: number, filters: number): number {
  const positions = positionsOf(size);
  const zeros = (size + 2) * channels * 4 + 16;
  const blocks = [channels, filters].map((columns) => slice(tiles * columns * 4 + 16));
  return positions * 16 + zeros + 63 + positions * (blocks[0]! + blocks[1]!);
}

/**
 * Tiles that pass through scratch memory at a time. From 8 to 96 of them make 5 % of difference as long as the transformed
 * weights do not leave the second-level cache by much; weights of 512 × 512 take 21 ms instead of 27 at 28² with 72
 * instead of 24.
 */
export const blockTiles = (channels: number, filters: number): number => (channels * filters < 2 ** 18 ? 24 : 72);

/** Floating-point operations a nanosecond of products in register tiles, of both targets: 53 to 58. */
const RATE = 55;
/** Nanoseconds for each byte of weights that come from outside the caches. */
const FETCH = 0.05;
/** Rows below which a product takes as long as with so many. */
const FEWEST_ROWS = 4;
/** Products for each sum that its store takes as long as: the sums of transformed tiles are short. */
const STORE = 4;
/** Nanoseconds for each channel of an input or output tile that is transformed. */
const TRANSFORM: Readonly<Record<TileSize, number>> = { 2: 1.5, 4: 5 };

const columnsOf = (filters: number): number => 8 * Math.ceil(filters / 8);

function directTime({ batch, outHeight, outWidth, channels, filters }: ConvolutionSizes): number {
  const rows = Math.max(FEWEST_ROWS, batch * outHeight * outWidth);
  return (2 * rows * 9 * channels * columnsOf(filters)) / RATE + 36 * channels * columnsOf(filters) * FETCH;
}

function winogradTime(size: TileSize, sizes: ConvolutionSizes): number {
  const { batch, outHeight, outWidth, channels, filters } = sizes;
  const tiles = batch * Math.ceil(outHeight / size) * Math.ceil(outWidth / size);
  const rows = Math.max(FEWEST_ROWS, tiles);
  const products = (2 * positionsOf(size) * rows * (channels + STORE) * columnsOf(filters)) / RATE;
  const fetch = transformedBytes(size, channels, filters) * FETCH;
  // One register tile of rows reads each panel once, so that fetching the next goes on meanwhile: 4 rows of 512 × 512
  // get 22 GB/s of weights, and 16 rows 13.
  const multiplied = rows <= 6 ? Math.max(products, fetch) : products + fetch;
  return multiplied + tiles * (channels + filters) * TRANSFORM[size];
}

/**
 * What has to be gained to leave the direct form: nanoseconds, for the 6 KB of code that the kernels take, and a part of the
 * time, for weights of 1.8 or 4 times the bytes.
 */
const GAIN = 5000;
const FASTER = 0.8;
/**
 * The part of the time of F(2×2) that F(4×4) may take for weights of 2.25 times the bytes. Of ResNet-18 at 224² it
 * takes 35 ms on all maps, 37 with F(2×2) on those of 14², and 41 with F(2×2) on those of 7², which has 62 MB less.
 */
const FASTER_STILL = 0.95;

export interface WinogradChoice {
  /** Null for the direct form. */
  readonly size: TileSize | null;
  readonly reason: string;
}

/**
 * Chooses how a 3 × 3 convolution of stride 1 is computed: by the time that it is estimated to take with weights that
 * are in no cache, among what stays within the error budget.
 */
export function chooseWinograd(sizes: ConvolutionSizes, budget: number): WinogradChoice {
  const direct = directTime(sizes);
  let best: { readonly size: TileSize | null; readonly time: number } = { size: null, time: direct };
  let refused = false;
  for (const size of [2, 4] as const) {
    const time = winogradTime(size, sizes);
    const most = best.size === null ? Math.min(FASTER * direct, direct - GAIN) : FASTER_STILL * best.time;
    if (time > most) continue;
    if (winogradError(size, sizes.channels) <= budget) best = { size, time };
    else refused = true;
  }
  const { size, time } = best;
  const beyond = refused ? ', a faster one exceeds the error budget' : '';
  if (size === null) return { size, reason: `direct${beyond}` };
  const error = winogradError(size, sizes.channels).toExponential(1);
  const ratio = (direct / time).toFixed(1);
  return { size, reason: `F(${size}x${size}, 3x3), error ${error}, ${ratio} times as fast as direct${beyond}` };
}
