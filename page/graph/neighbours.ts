import type { Box, Layout } from './layout.js';

export type Direction = 'up' | 'down' | 'left' | 'right';

const centre = ({ x }: Box): number => x;

const nearest = (boxes: readonly Box[], to: Box): string | undefined =>
  boxes.reduce<Box | undefined>(
    (best, box) => (!best || Math.abs(centre(box) - centre(to)) < Math.abs(centre(best) - centre(to)) ? box : best),
    undefined,
  )?.key;

/** Where an arrow key leads: down along an edge and up against it, left and right within a rank. */
export function neighbour({ boxes, lines }: Layout, key: string, direction: Direction): string | undefined {
  const here = boxes.find((box) => box.key === key);
  if (!here) return boxes[0]?.key;
  if (direction === 'left' || direction === 'right') {
    const sign = direction === 'left' ? -1 : 1;
    const beside = boxes.filter((box) => Math.abs(box.y - here.y) < 1 && sign * (box.x - here.x) > 0);
    return nearest(beside, here);
  }
  const keys = new Set(
    direction === 'down'
      ? lines.filter(({ from }) => from === key).map(({ to }) => to)
      : lines.filter(({ to }) => to === key).map(({ from }) => from),
  );
  return nearest(
    boxes.filter((box) => keys.has(box.key)),
    here,
  );
}
