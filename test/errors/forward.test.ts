import { testCalls, type Net, type Row } from './row.js';

const floats = (count: number): Float32Array => new Float32Array(count);
const rows = (count: number, length: number): number[][] =>
  Array.from({ length: count }, () => Array<number>(length).fill(1));

const names: readonly Row<Net>[] = [
  {
    title: 'a wrong name',
    model: 'dense',
    action: (net) => net.forward({ z: floats(10) }),
    class: 'InputError',
    message: "forward: unknown input 'z'; this model takes x",
    details: { code: 'unknown' },
  },
  {
    title: 'one name too many',
    model: 'dense',
    action: (net) => net.forward({ x: floats(20), z: floats(10) }),
    class: 'InputError',
    message: "forward: unknown input 'z'; this model takes x",
  },
  {
    title: 'a missing input',
    model: 'tokens',
    action: (net) => net.forward({ tokens: { data: Int32Array.of(1, 2), shape: [2, 1] } }),
    class: 'InputError',
    message: "forward: input 'mask' is missing; this model takes tokens, mask",
    details: { code: 'missing' },
  },
  {
    title: 'an undefined input',
    model: 'tokens',
    action: (net) => net.forward({ tokens: undefined, mask: floats(8) }),
    class: 'InputError',
    message: "forward: input 'tokens' is missing; this model takes tokens, mask",
  },
  {
    title: 'no inputs at all',
    model: 'dense',
    action: (net) => net.forward(),
    class: 'InputError',
    message: "forward: input 'x' is missing; this model takes x",
  },
  {
    title: 'null for the inputs',
    model: 'dense',
    action: (net) => net.forward(null),
    class: 'InputError',
    message: "forward: input 'x' is missing; this model takes x",
  },
  {
    title: 'an array for the inputs',
    model: 'dense',
    action: (net) => net.forward(floats(10)),
    class: 'InputError',
    message: "forward: unknown input '0'; this model takes x",
  },
  {
    title: 'a wrong name to resize',
    model: 'tokens',
    action: (net) => net.resize({ token: [2, 3] }),
    class: 'InputError',
    message: "resize: unknown input 'token'; this model takes tokens, mask",
  },
];

const shapes: readonly Row<Net>[] = [
  {
    title: '12: a wrong size',
    model: 'dense',
    action: (net) => net.forward({ x: { data: floats(22), shape: [2, 11] } }),
    class: 'ShapeError',
    message: 'x: axis 1 must be 10, got 11',
    details: { code: 'shape', expected: 10, got: 11 },
  },
  {
    title: '13: a latched dim',
    model: 'open',
    action: (net) => net.forward({ x: { data: floats(42), shape: [2, 21] } }),
    class: 'ShapeError',
    message: 'x: axis 1 was fixed at 20 by the first input, got 21; instantiate again for another size',
    details: { expected: 20, got: 21 },
  },
  {
    title: '13: a latched dim, by resize',
    model: 'open',
    action: (net) => net.resize({ x: [4, 7] }),
    class: 'ShapeError',
    message: 'x: axis 1 was fixed at 20 by the first input, got 7; instantiate again for another size',
  },
  {
    title: 'values that do not fill latched rows',
    model: 'open',
    action: (net) => net.forward({ x: floats(21) }),
    class: 'InputError',
    message: 'x: 21 values do not fill (batch, 20)',
  },
  {
    title: '9: geometry',
    model: 'sequence',
    action: (net) => net.forward({ x: { data: floats(2 * 7 * 3), shape: [2, 7, 3] } }),
    class: 'ShapeError',
    message: 'conv1d_2: kernel 5 is longer than its input (3)',
    details: { subject: 'conv1d_2', expected: 5, got: 3 },
  },
  {
    title: 'the first of two kernels',
    model: 'sequence',
    action: (net) => net.resize({ x: [2, 4, 3] }),
    class: 'ShapeError',
    message: 'conv1d_1: kernel 5 is longer than its input (4)',
  },
  {
    title: 'sizes that should be equal',
    model: 'tokens',
    action: (net) => net.forward({ tokens: { data: new Int32Array(12), shape: [4, 3] }, mask: floats(8) }),
    class: 'ShapeError',
    message: 'mask: axis 0 must be 4, as axis 0 of tokens, got 2',
  },
  {
    title: 'an input left out of resize',
    model: 'tokens',
    action: (net) => net.resize({ tokens: [3, 3] }),
    class: 'ShapeError',
    message: 'mask: axis 0 must be 3, as axis 0 of tokens, got 2',
  },
  {
    title: 'an open input left out of resize',
    model: 'tokens',
    fresh: true,
    action: (net) => net.resize({ tokens: [3, 3] }),
    class: 'ShapeError',
    message: 'mask: expects (batch, 4), got (?, 4)',
  },
  {
    title: 'a size of a fixed model',
    model: 'fixed',
    action: (net) => net.resize({ x: [2, 4] }),
    class: 'ShapeError',
    message: 'x: axis 1 must be 3, got 4',
  },
  {
    title: 'a batch above its limit',
    model: 'dense',
    action: (net) => net.forward({ x: floats(650) }),
    class: 'ShapeError',
    message: 'x: batch 65 is above its limit 64',
    details: { expected: 64, got: 65 },
  },
  {
    title: 'a hostile batch',
    model: 'dense',
    action: (net) => net.resize({ x: [4294967295, 10] }),
    class: 'ShapeError',
    message: 'x: batch 4294967295 is above its limit 64',
  },
  {
    title: 'a batch of 0',
    model: 'dense',
    action: (net) => net.forward({ x: { data: floats(0), shape: [0, 10] } }),
    class: 'ShapeError',
    message: 'x: batch 0 is below its least 1',
  },
  {
    title: 'no values',
    model: 'dense',
    action: (net) => net.forward({ x: floats(0) }),
    class: 'ShapeError',
    message: 'x: batch 0 is below its least 1',
  },
  {
    title: 'more memory than the limit',
    model: 'small',
    action: (net) => net.forward({ x: floats(100_000) }),
    class: 'ShapeError',
    message: /^memory: these sizes need 52\d{4} bytes, above maxMemory 131072$/,
    details: { code: 'memory', expected: 131072 },
  },
  {
    title: 'more memory than there are addresses',
    model: 'small',
    action: (net) => net.resize({ x: [4294967295, 10] }),
    class: 'ShapeError',
    message: 'memory: these sizes need 4294967295 bytes, above maxMemory 131072',
  },
  ...(
    [
      ['a rank too low', { data: floats(10), shape: [10] }, '(10)'],
      ['a rank too high', { data: floats(10), shape: [1, 1, 10] }, '(1, 1, 10)'],
      ['a negative size', { data: floats(10), shape: [-1, 10] }, '(-1, 10)'],
      ['half a size', { data: floats(15), shape: [1.5, 10] }, '(1.5, 10)'],
      ['a size that is no number', { data: floats(10), shape: [NaN, 10] }, '(NaN, 10)'],
      ['an infinite size', { data: floats(10), shape: [Infinity, 10] }, '(Infinity, 10)'],
      ['a size in words', { data: floats(10), shape: ['1', 10] }, '(1, 10)'],
      ['a size that is null', { data: floats(10), shape: [null, 10] }, '(?, 10)'],
      ['a shape that is no list', { data: floats(10), shape: 10 }, '10'],
      ['no shape', { data: floats(10) }, 'Object'],
      ['a list of rank 1', [1, 2, 3], '(3)'],
      ['a list of rank 3', [rows(1, 10)], '(1, 1, 10)'],
      ['an empty list', [], '(0)'],
      ['null for an input', null, 'null'],
      ['a number for an input', 5, '5'],
      ['a text for an input', 'x', "'x'"],
    ] as const
  ).map(([title, x, got]): Row<Net> => ({
    title,
    model: 'dense',
    action: (net) => net.forward({ x }),
    class: 'ShapeError',
    message: `x: expects (batch, 10), got ${got}`,
    details: { code: 'shape', expected: '(batch, 10)', got },
  })),
  {
    title: 'a rank too low, by resize',
    model: 'dense',
    action: (net) => net.resize({ x: [10] }),
    class: 'ShapeError',
    message: 'x: expects (batch, 10), got (10)',
  },
  {
    title: 'a negative size, by resize',
    model: 'open',
    action: (net) => net.resize({ x: [-2, 20] }),
    class: 'ShapeError',
    message: 'x: expects (batch, ?), got (-2, 20)',
  },
  {
    title: 'a size of 2^32, by resize',
    model: 'dense',
    action: (net) => net.resize({ x: [4294967297, 10] }),
    class: 'ShapeError',
    message: 'x: expects (batch, 10), got (4294967297, 10)',
  },
];

const open: readonly Row<Net>[] = (
  [
    ['run before there are sizes', (net: Net) => net.run(), 'run'],
    ['a view of an input before there are sizes', (net: Net) => net.inputs['x'], 'x'],
    ['a view of an output before there are sizes', (net: Net) => net.outputs['y'], 'y'],
  ] as const
).map(([title, action, subject]) => ({
  title,
  model: 'open',
  fresh: true,
  action,
  class: 'InputError',
  message: `${subject}: the model waits for its input; run forward or call resize`,
  details: { code: 'open' },
}));

testCalls([...names, ...shapes, ...open]);
