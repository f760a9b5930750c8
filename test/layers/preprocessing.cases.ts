import { single, tfjsLayer, type LayerCase } from './case.js';

const rescaled = (scale: number, offset: number, shape: readonly number[]): LayerCase =>
  single(
    `${scale} · x + ${offset}, rank ${shape.length}`,
    'rescaling',
    { scale, offset },
    { shape, scale: 255 },
    tfjsLayer((factory) => factory.rescaling({ scale, offset })),
  );

export const preprocessingCases: readonly LayerCase[] = [
  single(
    'defaults',
    'rescaling',
    { scale: 1 / 255 },
    { shape: [2, 7], scale: 255 },
    tfjsLayer((factory) => factory.rescaling({ scale: 1 / 255, offset: 0 })),
  ),
  rescaled(1 / 127.5, -1, [2, 5, 3, 3]),
  rescaled(-0.3, 0.7, [3, 5, 1]),
  rescaled(0, 2, [2, 9]),
  rescaled(1, 0, [6]),
];
