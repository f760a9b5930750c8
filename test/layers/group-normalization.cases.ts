import { single, type LayerCase, type Oracle } from './case.js';
import { alongAxes, combine, generate, permuted, standardized, withShape, type Reference } from './reference.js';

/** By the definition: channels moved to axis 1, each group of an example standardized. */
const normalized =
  (groups: number | undefined, axis = -1, epsilon = 1e-3, gamma = true, beta = true): Oracle =>
  ([x], variable) => {
    const along = axis < 0 ? axis + x!.shape.length : axis;
    const others = x!.shape.map((_, other) => other).filter((other) => other !== along && other !== 0);
    const order = [0, along, ...others];
    const moved = permuted(x!, order);
    const channels = x!.shape[along]!;
    const count = groups ?? channels;
    const grouped = withShape(moved, [x!.shape[0]!, count, moved.data.length / x!.shape[0]! / count]);
    const y = withShape(
      alongAxes(grouped, [2], (values) => standardized(values, epsilon)),
      moved.shape,
    );
    const read = (name: string, fallback: number): Reference =>
      (name === 'gamma' ? gamma : beta)
        ? withShape(variable(`layer.${name}`), [channels, ...others.map(() => 1)])
        : generate([1], () => fallback);
    const affine = combine([y, read('gamma', 1), read('beta', 0)], (value, scale, shift) => value * scale + shift);
    return permuted(
      affine,
      x!.shape.map((_, other) => order.indexOf(other)),
    );
  };

const without = (gamma: boolean, beta: boolean): Readonly<Record<string, false>> => ({
  ...(!gamma && { gamma: false }),
  ...(!beta && { beta: false }),
});

const absences = [
  [true, false],
  [false, true],
  [false, false],
] as const;

const group: readonly LayerCase[] = [
  single('defaults', 'groupNormalization', {}, [2, 3, 64], normalized(32)),
  ...[1, 2, 3, 6].flatMap((groups) => [
    single(`${groups} groups, rank 2`, 'groupNormalization', { groups }, [3, 12], normalized(groups)),
    single(`${groups} groups, rank 4`, 'groupNormalization', { groups }, [2, 3, 4, 6], normalized(groups)),
    single(
      `${groups} groups, channels first`,
      'groupNormalization',
      { groups, axis: 1 },
      [2, 6, 3, 4],
      normalized(groups, 1),
    ),
    single(
      `${groups} groups, channels between`,
      'groupNormalization',
      { groups, axis: 2 },
      [2, 3, 6, 4],
      normalized(groups, 2),
    ),
  ]),
  single('rank 5', 'groupNormalization', { groups: 2 }, [2, 2, 3, 2, 8], normalized(2)),
  single('epsilon 0.5', 'groupNormalization', { groups: 2, epsilon: 0.5 }, [2, 3, 8], normalized(2, -1, 0.5)),
  ...absences.flatMap(([gamma, beta]) =>
    [-1, 1].map((axis) =>
      single(
        `axis ${axis}, ${gamma ? 'with' : 'without'} gamma, ${beta ? 'with' : 'without'} beta`,
        'groupNormalization',
        { groups: 2, axis, ...without(gamma, beta) },
        [2, 4, 3, 8],
        normalized(2, axis, 1e-3, gamma, beta),
      ),
    ),
  ),
];

const instance: readonly LayerCase[] = [
  ...[
    [2, 5, 3],
    [2, 3, 4, 7],
    [1, 2, 3, 2, 4],
  ].map((shape) => single(`rank ${shape.length}`, 'instanceNormalization', {}, shape, normalized(undefined))),
  ...[1, 2, 3, -2].map((axis) =>
    single(`axis ${axis}`, 'instanceNormalization', { axis }, [2, 3, 4, 5], normalized(undefined, axis)),
  ),
  single('epsilon 0.1', 'instanceNormalization', { epsilon: 0.1 }, [2, 6, 3], normalized(undefined, -1, 0.1)),
  ...absences.map(([gamma, beta]) =>
    single(
      `${gamma ? 'with' : 'without'} gamma, ${beta ? 'with' : 'without'} beta`,
      'instanceNormalization',
      without(gamma, beta),
      [2, 5, 6],
      normalized(undefined, -1, 1e-3, gamma, beta),
    ),
  ),
];

export const groupNormalizationCases: readonly LayerCase[] = [...group, ...instance];
