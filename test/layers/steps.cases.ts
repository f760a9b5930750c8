import { single, tfjsLayer, type LayerCase, type Oracle } from './case.js';
import { at, generate, mean, permuted } from './reference.js';

const masked =
  (maskValue: number): Oracle =>
  ([x]) =>
    generate(x!.shape, (index) => {
      const features = Array.from({ length: x!.shape.at(-1)! }, (_, i) => at(x!, index.with(-1, i)));
      return features.every((value) => value === maskValue) ? 0 : at(x!, index);
    });

const steps = { shape: [2, 3, 2], values: [0, 0, 0, 1, 2, 3, -1, -1, 0, 0, -1, 0] };

const masking: readonly LayerCase[] = [
  single('defaults', 'masking', {}, steps, masked(0)),
  single('by -1', 'masking', { maskValue: -1 }, steps, masked(-1)),
  single(
    'as tfjs',
    'masking',
    {},
    steps,
    tfjsLayer((factory) => factory.masking()),
  ),
  single(
    'by -1, as tfjs',
    'masking',
    { maskValue: -1 },
    steps,
    tfjsLayer((factory) => factory.masking({ maskValue: -1 })),
  ),
  single('of rank 4', 'masking', {}, [2, 3, 2, 1], masked(0)),
];

const reductions: Readonly<Record<string, (values: readonly number[]) => number>> = {
  average: mean,
  maximum: (values) => Math.max(...values),
  minimum: (values) => Math.min(...values),
  sum: (values) => values.reduce((sum, value) => sum + value, 0),
};

const reduced =
  (name: string, isLast: boolean, keepDims: boolean): Oracle =>
  ([x]) => {
    const moved = isLast ? x! : permuted(x!, [0, ...[...x!.shape.keys()].slice(2), 1]);
    const [batch, channels] = [moved.shape[0]!, moved.shape.at(-1)!];
    const pixels = moved.data.length / batch / channels;
    const y = generate([batch, channels], ([example, channel]) =>
      reductions[name]!(
        Array.from({ length: pixels }, (_, pixel) => moved.data[(example! * pixels + pixel) * channels + channel!]!),
      ),
    );
    if (!keepDims) return y;
    const ones = x!.shape.slice(2).map(() => 1);
    return { shape: isLast ? [batch, ...ones, channels] : [batch, channels, ...ones], data: y.data };
  };

const globalPooling: readonly LayerCase[] = Object.keys(reductions).flatMap((name) => [
  ...[
    [2, 5, 3],
    [2, 3, 4, 5],
    [2, 2, 3, 2, 4],
  ].map((shape) =>
    single(`${name} of rank ${shape.length}`, 'globalPooling', { function: name }, shape, reduced(name, true, false)),
  ),
  single(
    `${name}, axes kept`,
    'globalPooling',
    { function: name, keepDims: true },
    [2, 3, 4, 5],
    reduced(name, true, true),
  ),
  ...[false, true].map((keepDims) =>
    single(
      `${name}, channels first${keepDims ? ', axes kept' : ''}`,
      'globalPooling',
      { function: name, dataFormat: 'channelsFirst', keepDims },
      [2, 3, 4, 5],
      reduced(name, false, keepDims),
    ),
  ),
  single(`${name} of features`, 'globalPooling', { function: name }, [2, 3], ([x]) => x!),
]);

const transpose: readonly LayerCase[] = [
  [0, 1, 2],
  [1, 0, 2],
  [2, 0, 1],
  [2, 1, 0],
  [0, 2, 1],
].map((permutation) =>
  single(permutation.join(', '), 'transpose', { permutation }, [2, 3, 4], ([x]) => permuted(x!, permutation)),
);

export const stepCases: readonly LayerCase[] = [...masking, ...globalPooling, ...transpose];
