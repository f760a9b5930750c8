import test from 'ava';
import { symbol } from '../../compiler/dim.js';
import * as f from '../../compiler/formula.js';
import type { Formula } from '../../compiler/formula.js';
import { hoistFormula } from '../../compiler/emit/hoist.js';
import { canonical } from '../../compiler/formula.js';
import { graphOf, runCompiled, runNaive, tensorOf } from './run.js';

/** Numbers below a limit, the same for a seed. */
function drawFrom(seed: number): (limit: number) => number {
  let state = Math.imul(seed, 2654435761) | 0;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 8) % limit;
  };
}

const table = [3, 4, 5];
const inside = (index: Formula, length: number): Formula =>
  f.binary('remainder', f.binary('and', index, f.i32(0x7fff)), f.i32(length));

/** A formula of i32 over three axes and a table of i32; loads are inside it, but for those that a `select` guards. */
function formulaFrom(
  draw: (limit: number) => number,
  depth: number,
  names: readonly Formula[],
  checked: boolean,
): Formula {
  const part = (more: readonly Formula[] = []): Formula => formulaFrom(draw, depth - 1, [...names, ...more], checked);
  if (depth === 0) {
    const leaves = [f.axis(0), f.axis(1), f.axis(2), f.i32(draw(7)), f.size(symbol('n')), ...names];
    return leaves[draw(leaves.length)]!;
  }
  switch (draw(checked ? 9 : 8)) {
    case 0:
      return f.add(part(), part());
    case 1:
      return f.sub(part(), part());
    case 2:
      return f.mul(part(), f.i32(draw(4)));
    case 3:
      return f.load(
        0,
        table.map((length) => inside(part(), length)),
      );
    case 4: {
      const index = part();
      const guarded = f.bind(index, 'i32', (at) =>
        f.select(f.inside(at, f.i32(3)), f.load(0, [at, inside(part([at]), 4), f.i32(0)]), part([at])),
      );
      return draw(2) === 0 ? guarded : f.add(guarded, part());
    }
    case 5:
      return f.bind(part(), 'i32', (value) => part([value]));
    case 6:
      return f.fold(
        f.binary('and', part(), f.i32(3)),
        [
          { type: 'i32', initial: part() },
          { type: 'i32', initial: f.i32(1) },
        ],
        (index, states) => [
          part([index, ...states]),
          f.add(states[1]!, f.load(0, [f.i32(0), inside(part([index]), 4), f.i32(1)])),
        ],
        (states) => f.add(states[0]!, f.add(states[1]!, part(states))),
      );
    case 7:
      return f.select(f.less(part(), part()), part(), part());
    default: {
      const condition = f.less(f.binary('and', part(), f.i32(15)), f.i32(14));
      return f.check(condition, f.binary('and', part(), f.i32(0xff)), part());
    }
  }
}

const shapes = [
  [2, 'n', 3],
  ['n', 1, 4],
  [3, 2, 1],
  [1, 1, 1],
] as const;

test('formulas give the same however their parts are moved', async (t) => {
  const draw = drawFrom(7);
  const formulas = Array.from({ length: 160 }, () => formulaFrom(draw, 4, [], false));
  const graph = graphOf([{ dtype: 'int32', shape: table }, { shape: ['n'] }], (build, [x, y]) =>
    formulas.map((formula, at) => {
      const shape = shapes[at % shapes.length]!.map((size) => (size === 'n' ? y!.shape[0]! : size));
      return build.compute('int32', shape, formula, x!);
    }),
  );
  const feeds = [tensorOf('int32', table), tensorOf('float32', [5])];
  const expected = runNaive(graph, feeds);
  const actual = await runCompiled(graph, feeds);
  formulas.forEach((formula, at) => {
    const name = `y${at}`;
    const same = actual[name]!.data as Int32Array;
    t.deepEqual([...same], [...(expected[name]!.data as Int32Array)], f.printFormula(formula, String));
  });
});

test('runs are copied behind a check, and only where their elements follow one another', async (t) => {
  for (const dtype of ['float32', 'int64', 'uint8'] as const) {
    const graph = graphOf([{ dtype, shape: [3, 4, 5] }, { shape: ['n'] }], (build, [x, y]) => {
      const n = y!.shape[0]!;
      const isFit = f.less(f.axis(0), f.size(n));
      const copied = f.check(isFit, f.axis(0), f.load(0, [f.axis(0), f.axis(1), f.axis(2)]));
      const shifted = f.load(0, [f.axis(0), f.sub(f.i32(3), f.axis(1)), f.add(f.axis(2), f.i32(1))]);
      const doubled = f.bind(f.binary('and', f.axis(2), f.i32(1)), 'i32', (at) =>
        f.load(0, [f.axis(0), f.axis(1), f.add(at, f.axis(2))]),
      );
      return [
        build.compute(dtype, [3, 4, 5], copied, x!),
        build.compute(dtype, [3, 4, 4], f.check(isFit, f.axis(1), shifted), x!),
        build.compute(dtype, [3, n, 4], f.check(isFit, f.axis(1), doubled), x!),
      ];
    });
    const feeds = [tensorOf(dtype, [3, 4, 5]), tensorOf('float32', [4])];
    const [expected, actual] = [runNaive(graph, feeds), await runCompiled(graph, feeds)];
    for (const { name } of graph.outputs) {
      const lists = [actual[name]!, expected[name]!].map(({ data }) => Array.from(data as Float32Array, Number));
      t.deepEqual(lists[0], lists[1], `${dtype} ${name}`);
    }
  }
});

test('what fails first fails first however checks are moved', async (t) => {
  const draw = drawFrom(11);
  let failures = 0;
  for (let at = 0; at < 24; at++) {
    const formula = formulaFrom(draw, 4, [], true);
    const graph = graphOf([{ dtype: 'int32', shape: table }, { shape: ['n'] }], (build, [x, y]) => [
      build.compute('int32', [2, y!.shape[0]!, 3], formula, x!),
    ]);
    const feeds = [tensorOf('int32', table, at), tensorOf('float32', [4])];
    const message = (error: unknown): string => /position \d+/.exec((error as Error).message)![0];
    let expected: unknown;
    try {
      expected = [...(runNaive(graph, feeds)['y0']!.data as Int32Array)];
    } catch (error) {
      expected = message(error);
      failures++;
    }
    const actual = await runCompiled(graph, feeds).then(({ y0 }) => [...(y0!.data as Int32Array)], message);
    t.deepEqual(actual, expected, f.printFormula(formula, String));
  }
  t.true(failures > 3 && failures < 20, `${failures} fail`);
});

test('what a check guards is not loaded before it, in whichever loop each belongs', async (t) => {
  const graph = graphOf(
    [
      { dtype: 'int32', shape: [3] },
      { dtype: 'int32', shape: [2] },
    ],
    (build, [x, indices]) => {
      const index = f.load(1, [f.axis(0)]);
      const isFit = f.and(f.inside(index, f.i32(3)), f.less(f.axis(1), f.i32(9)));
      return [build.compute('int32', [2, 4], f.check(isFit, f.axis(0), f.load(0, [index])), x!, indices!)];
    },
  );
  const [x, far] = [tensorOf('int32', [3]), 2 ** 28];
  const indices = { dtype: 'int32', shape: [2], data: Int32Array.of(2, far) } as const;
  const error = await t.throwsAsync(runCompiled(graph, [x, indices]));
  t.regex(error.message, /position 1/);
});

test('nothing is loaded or checked for an output without elements', async (t) => {
  const graph = graphOf([{ dtype: 'int32', shape: [3] }], (build, [x]) => {
    const row = f.load(0, [f.mul(f.axis(0), f.i32(2 ** 24))]);
    const failing = f.check(f.less(f.axis(0), f.i32(0)), f.axis(0), f.axis(1));
    return [build.compute('int32', [100, 0], row, x!), build.compute('int32', [100, 0], failing, x!)];
  });
  const { y0, y1 } = await runCompiled(graph, [tensorOf('int32', [3])]);
  t.deepEqual(
    [y0!.shape, y1!.shape],
    [
      [100, 0],
      [100, 0],
    ],
  );
});

test('parts are computed in the outermost loop they depend on', (t) => {
  const operands = [{ dtype: 'float32', strides: [12, 4, 1] }] as const;
  const load = f.load(0, [f.axis(0), f.add(f.axis(1), f.i32(1)), f.axis(2)]);
  const expensive = f.unary('exp', f.load(0, [f.axis(0), f.i32(0), f.i32(0)]));
  const { levels, body } = hoistFormula(canonical(f.mul(load, expensive)), [2, 3, 4], operands);
  const shown = levels.map((statements) =>
    statements.map((statement) =>
      statement.kind === 'let' ? `${statement.name} = ${f.printFormula(statement.value, String)}` : 'check',
    ),
  );
  t.deepEqual(shown, [
    [],
    ['h0 = add(4, multiply(i0, 12))', 'h2 = exp($0[multiply(i0, 12)])'],
    ['h1 = add(h0, multiply(i1, 4))'],
    [],
  ]);
  t.is(f.printFormula(body, String), 'multiply($0[add(h1, i2)], h2)');
});
