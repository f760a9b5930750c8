import { single, tfjsLayer, type LayerCase, type Oracle } from './case.js';
import { combine, withShape } from './reference.js';

const rescaled = (scale: number, offset: number, shape: readonly number[]): LayerCase =>
  single(
    `${scale} · x + ${offset}, rank ${shape.length}`,
    'rescaling',
    { scale, offset },
    { shape, scale: 255 },
    tfjsLayer((factory) => factory.rescaling({ scale, offset })),
  );

const standardized =
  (axes: readonly number[], invert = false): Oracle =>
  ([x], variable) => {
    const along = axes.map((axis) => (axis < 0 ? axis + x!.shape.length : axis));
    const shape = x!.shape.map((size, axis) => (along.includes(axis) ? size : 1));
    const [mean, variance] = ['mean', 'variance'].map((name) => withShape(variable(`layer.${name}`), shape));
    return combine([x!, mean!, variance!], (value, center, spread) => {
      const deviation = Math.max(Math.sqrt(spread), 1e-7);
      return invert ? value * deviation + center : (value - center) / deviation;
    });
  };

const normalization: readonly LayerCase[] = [
  single('defaults', 'normalization', {}, [3, 5], standardized([-1])),
  single('inverted', 'normalization', { invert: true }, [3, 5], standardized([-1], true)),
  ...[[], [1], [-2], [1, 3], [-1, 1], [1, 2, 3]].flatMap((axis) =>
    [false, true].map((invert) =>
      single(
        `axes ${axis.join(', ')}${invert ? ', inverted' : ''}`,
        'normalization',
        { axis, invert },
        { shape: [2, 3, 4, 5], open: [0] },
        standardized(axis, invert),
      ),
    ),
  ),
];

export const preprocessingCases: readonly LayerCase[] = [
  ...normalization,
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
