// From pen strokes to the 8×8 images that the network was trained on. Those were made of bitmaps of 32×32 pixels, in
// which a digit fills the height and stands upright in the middle: each value counts the black pixels of a block of 4×4.
// https://doi.org/10.24432/C50P49

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** From where a pen touched down to where it was lifted, y downwards. */
export type Stroke = readonly Point[];

const SIDE = 32;
const BLOCK = 4;
const BLOCKS = SIDE / BLOCK;

/** How wide a digit may get in the bitmap, and what its lines keep clear of its edges, in pixels. */
const WIDTH = 22;
const MARGIN = 2;

/** Drawings that are smaller, in shares of the pad's side, are not made larger: a dot is a dot. */
const SMALLEST = 0.1;

/** How many pixels are black: as in the data, the same for all digits, long or short; and how far they are from a line at most. */
const INK = 300;
const THICKEST = 5;

/** Points nearer than this to the one before them tell nothing, in pixels of the bitmap. */
const NEAR = 0.5;

interface Segment {
  readonly from: Point;
  readonly to: Point;
}

/** Moved and scaled so that lines fill the height of the bitmap, centred, and narrowed where that is too wide. */
function fitted(strokes: readonly Stroke[]): Stroke[] {
  const range = (values: readonly number[]): readonly [centre: number, size: number] => {
    const low = values.reduce((least, value) => Math.min(least, value));
    const high = values.reduce((most, value) => Math.max(most, value));
    return [(low + high) / 2, high - low];
  };
  const points = strokes.flat();
  const [x, width] = range(points.map((point) => point.x));
  const [y, height] = range(points.map((point) => point.y));
  const down = (SIDE - 2 * MARGIN) / Math.max(height, SMALLEST);
  const across = Math.min(down, (WIDTH - 2 * MARGIN) / Math.max(width, SMALLEST));
  return strokes.map((stroke) =>
    stroke.map((point) => ({ x: SIDE / 2 + (point.x - x) * across, y: SIDE / 2 + (point.y - y) * down })),
  );
}

/** The segments between the points of a stroke; one from its only point to itself where there are no two. */
function segmentsOf([first, ...rest]: Stroke): Segment[] {
  if (!first) return [];
  const segments: Segment[] = [];
  let from = first;
  rest.forEach((to, i) => {
    if (Math.hypot(to.x - from.x, to.y - from.y) < NEAR && i + 1 < rest.length) return;
    segments.push({ from, to });
    from = to;
  });
  return segments.length > 0 ? segments : [{ from, to: from }];
}

/** The square of the distance of a point from a segment. */
function squaredDistance({ from, to }: Segment, x: number, y: number): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const squaredLength = dx * dx + dy * dy;
  const along = squaredLength === 0 ? 0 : ((x - from.x) * dx + (y - from.y) * dy) / squaredLength;
  const t = Math.max(0, Math.min(1, along));
  return (x - from.x - t * dx) ** 2 + (y - from.y - t * dy) ** 2;
}

/**
 * The image of a drawing, as those of the data are made.
 * @param strokes in shares of the pad's side
 * @returns 64 counts from 0 to 16, row by row; all 0 where nothing is drawn
 */
export function pixelsOf(strokes: readonly Stroke[]): Uint8Array {
  const counts = new Uint8Array(BLOCKS * BLOCKS);
  if (strokes.every((stroke) => stroke.length === 0)) return counts;
  const segments = fitted(strokes).flatMap(segmentsOf);
  const distances = Float32Array.from({ length: SIDE * SIDE }, (_, index) => {
    const [x, y] = [(index % SIDE) + 0.5, Math.floor(index / SIDE) + 0.5];
    return segments.reduce((least, segment) => Math.min(least, squaredDistance(segment, x, y)), Infinity);
  });
  const black = Math.min(distances.slice().sort()[INK - 1]!, THICKEST ** 2);
  distances.forEach((distance, index) => {
    const block = Math.floor(index / SIDE / BLOCK) * BLOCKS + Math.floor((index % SIDE) / BLOCK);
    if (distance <= black) counts[block]!++;
  });
  return counts;
}
