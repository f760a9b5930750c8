import { instantiateSync, type Model } from '../../runtime/index.js';
import { testRow, type Row } from './row.js';

type Variables = Row<Model>;

const floats = (count: number): Float32Array => new Float32Array(count);

const names: readonly Variables[] = [
  {
    title: 'an unknown variable that is nearly one',
    model: 'open',
    action: (net) => net.variables.get('dense_9.weight'),
    class: 'VariableError',
    message: "dense_9.weight: no such variable; did you mean 'dense_1.weight'?",
    details: { code: 'unknown' },
  },
  {
    title: 'an unknown variable that is like no other',
    model: 'open',
    action: (net) => {
      net.variables.set('attention', floats(1));
    },
    class: 'VariableError',
    message: 'attention: no such variable',
  },
  {
    title: 'an unknown variable to update',
    model: 'open',
    action: (net) => {
      net.variables.update('dense_1.wieght', () => undefined);
    },
    class: 'VariableError',
    message: "dense_1.wieght: no such variable; did you mean 'dense_1.weight'?",
  },
  {
    title: 'a number for a name',
    model: 'dense',
    action: (net) => net.variables.get(0 as never),
    class: 'VariableError',
    message: '0: no such variable',
  },
];

const states: readonly Variables[] = [
  {
    title: '14: a shape that waits',
    model: 'open',
    fresh: true,
    action: (net) => net.variables.get('dense_1.weight'),
    class: 'VariableError',
    message:
      'dense_1.weight: not initialized; its shape (?, 256) waits for axis 1 of input x; ' +
      'run forward, call resize, or give inputUnits',
    details: { code: 'deferred', waitsFor: 'axis 1 of input x' },
  },
  {
    title: '14: a shape that waits for channels',
    model: 'sequence',
    fresh: true,
    action: (net) => {
      net.variables.update('conv1d_1.weight', () => undefined);
    },
    class: 'VariableError',
    message:
      'conv1d_1.weight: not initialized; its shape (5, ?, 4) waits for axis 2 of input x; ' +
      'run forward, call resize, or give inputChannels',
  },
  {
    title: '14: a shape that waits, after initialize',
    model: 'open',
    fresh: true,
    action: (net) => {
      net.initialize();
      net.variables.get('dense_1.weight');
    },
    class: 'VariableError',
    message:
      'dense_1.weight: not initialized; its shape (?, 256) waits for axis 1 of input x; ' +
      'run forward, call resize, or give inputUnits',
  },
  {
    title: '15: not initialized',
    model: 'dense',
    fresh: true,
    action: (net) => net.variables.get('hidden.weight'),
    class: 'VariableError',
    message: 'hidden.weight: not initialized; call initialize() or run forward first',
    details: { code: 'uninitialized', waitsFor: undefined },
  },
  {
    title: '15: not initialized after resize',
    model: 'open',
    fresh: true,
    action: (net) => {
      net.resize({ x: [2, 20] });
      net.variables.get('dense_1.weight');
    },
    class: 'VariableError',
    message: 'dense_1.weight: not initialized; call initialize() or run forward first',
  },
  {
    title: '15: a known shape while another size is open',
    model: 'open',
    fresh: true,
    action: (net) => net.variables.get('dense_1.bias'),
    class: 'VariableError',
    message: 'dense_1.bias: not initialized; the model waits for axis 1 of input x; run forward or call resize',
    details: { waitsFor: 'axis 1 of input x' },
  },
  {
    title: '15: a weight of known shape while another size is open',
    model: 'open',
    fresh: true,
    action: (net) => net.variables.get('dense_2.weight'),
    class: 'VariableError',
    message: 'dense_2.weight: not initialized; the model waits for axis 1 of input x; run forward or call resize',
  },
  {
    title: 'set before its shape is known',
    model: 'open',
    fresh: true,
    action: (net) => {
      net.variables.set('dense_1.weight', floats(5120));
    },
    class: 'VariableError',
    message:
      'dense_1.weight: its shape (?, 256) waits for axis 1 of input x; run forward, call resize, or give inputUnits',
  },
  {
    title: 'set before there is memory',
    model: 'open',
    fresh: true,
    action: (net) => {
      net.variables.set('dense_1.bias', floats(256));
    },
    class: 'VariableError',
    message: 'dense_1.bias: the model waits for axis 1 of input x; run forward or call resize',
  },
];

const values: readonly Variables[] = (
  [
    ['a shape', { data: floats(30), shape: [3, 10] }, 'ShapeError', 'expects shape (10, 3), got (3, 10)'],
    ['a rank', { data: floats(30), shape: [30] }, 'ShapeError', 'expects (10, 3), got (30)'],
    ['a nested list of another shape', [[1, 2, 3]], 'ShapeError', 'expects shape (10, 3), got (1, 3)'],
    ['a count', floats(29), 'InputError', '29 values do not fill (10, 3)'],
    ['a count besides its shape', { data: floats(29), shape: [10, 3] }, 'InputError', '29 values do not fill (10, 3)'],
    ['a dtype', new Float64Array(30), 'InputError', 'expects a list or Float32Array, got Float64Array'],
    ['a ragged list', [[1, 2, 3], [1]], 'InputError', 'rows of the list differ in length'],
    ['a text', 'zeros', 'ShapeError', "expects (10, 3), got 'zeros'"],
    ['nothing', undefined, 'ShapeError', 'expects (10, 3), got undefined'],
  ] as const
).flatMap(([title, value, type, what]): Variables[] => {
  const row = { model: 'dense', class: type, message: `hidden.weight: ${what}` } as const;
  const set: Variables = {
    ...row,
    title: `set: ${title}`,
    action: (net) => {
      net.variables.set('hidden.weight', value as never);
    },
  };
  const update: Variables = {
    ...row,
    title: `update: ${title}`,
    action: (net) => {
      net.variables.update('hidden.weight', (data) => {
        data.fill(7);
        return value as never;
      });
    },
  };
  return value === undefined ? [set] : [set, update];
});

const updates: readonly Variables[] = (
  [
    ['an index beyond its axis', [0, 3], '(0, 3)'],
    ['an index below its axis', [-1, 0], '(-1, 0)'],
    ['too few indices', [5], '(5)'],
    ['half an index', [0.5, 0], '(0.5, 0)'],
  ] as const
).map(([title, at, shown]) => ({
  title: `update: ${title}`,
  model: 'dense',
  action: (net) => {
    net.variables.update('hidden.weight', (data, { index }) => {
      data[index(...at)] = 42;
    });
  },
  class: 'InputError',
  message: `hidden.weight: index ${shown} is outside (10, 3)`,
}));

for (const row of [...names, ...states, ...values, ...updates]) {
  testRow(row, 'variables', (bytes) => instantiateSync(bytes, { onWarning: () => undefined }));
}
