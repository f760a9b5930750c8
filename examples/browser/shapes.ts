import type { Point, Stroke } from './page/strokes.js';

type Corner = readonly [x: number, y: number];

/** A line through points, in a box of 0…1 by 0…1 with y downwards: with corners at them, or smooth. */
export interface Line {
  readonly points: readonly Corner[];
  readonly smooth: boolean;
}

/** A digit as it may be drawn: its lines in order. */
export type Shape = readonly Line[];

/** `50 0, 20 15`: points in hundredths of the box. */
const cornersIn = (text: string): Corner[] =>
  text.split(', ').map((corner) => corner.split(' ').map((value) => Number(value) / 100) as [number, number]);

export const straight = (points: string): Line => ({ points: cornersIn(points), smooth: false });
export const curve = (points: string): Line => ({ points: cornersIn(points), smooth: true });

const STEPS = 8;

/** A point of Catmull and Rom's spline between the second and the third of four corners. */
function between([before, from, to, after]: readonly [Corner, Corner, Corner, Corner], t: number): Point {
  const along = (axis: 0 | 1): number => {
    const [p0, p1, p2, p3] = [before[axis], from[axis], to[axis], after[axis]];
    return p1 + (t * (p2 - p0 + t * (2 * p0 - 5 * p1 + 4 * p2 - p3 + t * (3 * p1 - p0 - 3 * p2 + p3)))) / 2;
  };
  return { x: along(0), y: along(1) };
}

function strokeOf({ points, smooth }: Line): Stroke {
  if (!smooth) return points.map(([x, y]) => ({ x, y }));
  const at = (i: number): Corner => points[Math.min(points.length - 1, Math.max(0, i))]!;
  const [x, y] = at(points.length - 1);
  const last = { x, y };
  return points
    .slice(0, -1)
    .flatMap((_, i) =>
      Array.from({ length: STEPS }, (_, step) => between([at(i - 1), at(i), at(i + 1), at(i + 2)], step / STEPS)),
    )
    .concat(last);
}

export const strokesOf = (shape: Shape): readonly Stroke[] => shape.map(strokeOf);

/** How much a hand strays from a shape, at most. */
export interface Hand {
  /** Of each point, in shares of the box. */
  readonly stray: number;
  /** The tangents of the angles by which it leans and is turned. */
  readonly lean: number;
  readonly turn: number;
  /** The logarithm of how much wider it is than high. */
  readonly stretch: number;
}

/** The strokes of a shape drawn by a hand, somewhere and of some size in the box. */
export function drawn(shape: Shape, hand: Hand, uniform: () => number): readonly Stroke[] {
  const within = (most: number): number => most * (2 * uniform() - 1);
  const strayed = shape.map((line) => ({
    ...line,
    points: line.points.map(([x, y]): Corner => [x + within(hand.stray), y + within(hand.stray)]),
  }));
  const size = 0.3 + 0.6 * uniform();
  const width = size * Math.exp(within(hand.stretch));
  const [lean, turn] = [within(hand.lean), within(hand.turn)];
  const [left, top] = [within(0.1), within(0.1)];
  return strokesOf(strayed).map((stroke) =>
    stroke.map(({ x, y }) => {
      const [across, down] = [width * (x - 0.5), size * (y - 0.5)];
      return { x: 0.5 + left + across - (lean + turn) * down, y: 0.5 + top + down + turn * across };
    }),
  );
}
