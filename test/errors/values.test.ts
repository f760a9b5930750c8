import { testCalls, type Net, type Row } from './row.js';

const floats = (count: number): Float32Array => new Float32Array(count);
const rows = (count: number, length: number): number[][] =>
  Array.from({ length: count }, () => Array<number>(length).fill(1));

const values: readonly Row<Net>[] = (
  [
    ['a count that fills no row', 'dense', { x: floats(21) }, 'x: 21 values do not fill (batch, 10)'],
    [
      'a count besides its shape',
      'dense',
      { x: { data: floats(21), shape: [2, 10] } },
      'x: 21 values do not fill (2, 10)',
    ],
    ['a count of known sizes', 'fixed', { x: floats(7) }, 'x: 7 values do not fill (2, 3)'],
    [
      'two open sizes',
      'tokens',
      { tokens: new Int32Array(40), mask: floats(4) },
      'tokens: 40 values do not settle (batch, time); pass { data, shape }',
    ],
    [
      'two open sizes, though their product is as it was',
      'tokens',
      { tokens: new Int32Array(6), mask: floats(8) },
      'tokens: 6 values do not settle (batch, time); pass { data, shape }',
    ],
    ['doubles', 'dense', { x: new Float64Array(20) }, 'x: expects a list or Float32Array, got Float64Array'],
    [
      'doubles with a shape',
      'dense',
      { x: { data: new Float64Array(20), shape: [2, 10] } },
      'x: expects a list or Float32Array, got Float64Array',
    ],
    [
      'floats for indices',
      'tokens',
      { tokens: { data: floats(6), shape: [2, 3] }, mask: floats(8) },
      'tokens: expects a list or Int32Array, got Float32Array',
    ],
    ['bytes', 'dense', { x: new DataView(new ArrayBuffer(80)) }, 'x: expects a list or Float32Array, got DataView'],
    ['no data', 'dense', { x: { shape: [2, 10] } }, 'x: expects a list or Float32Array, got undefined'],
    [
      'text for data',
      'dense',
      { x: { data: '0123456789', shape: [1, 10] } },
      "x: expects a list or Float32Array, got '0123456789'",
    ],
    ['a ragged list', 'dense', { x: [...rows(1, 10), [1, 2]] }, 'x: rows of the list differ in length'],
    ['a list of lists and numbers', 'dense', { x: [...rows(1, 10), 7] }, 'x: rows of the list differ in length'],
    ['numbers before lists', 'dense', { x: [1, [2]] }, 'x: rows of the list differ in length'],
    ['a text in a list', 'dense', { x: [[...rows(1, 9)[0]!, 'a']] }, "x: expects float32 values, got 'a'"],
    ['a bigint in a list', 'dense', { x: [[...rows(1, 9)[0]!, 1n]] }, 'x: expects float32 values, got 1'],
    ['a hole in a list', 'dense', { x: [[...rows(1, 9)[0]!, undefined]] }, 'x: expects float32 values, got undefined'],
    ['typed rows', 'dense', { x: [[...rows(1, 9)[0]!, floats(1)]] }, 'x: expects float32 values, got Float32Array'],
    ['half an index', 'tokens', { tokens: [[0.5]], mask: rows(1, 4) }, 'tokens: expects int32 values, got 0.5'],
    [
      'an index beyond int32',
      'tokens',
      { tokens: [[2 ** 31]], mask: rows(1, 4) },
      'tokens: expects int32 values, got 2147483648',
    ],
    [
      'an index that is no number',
      'tokens',
      { tokens: [[NaN]], mask: rows(1, 4) },
      'tokens: expects int32 values, got NaN',
    ],
    [
      'an index beyond its table',
      'tokens',
      { tokens: [[1, 7]], mask: rows(1, 4) },
      'forward: the index at position 1 is outside its table',
    ],
    [
      'an index below its table',
      'tokens',
      { tokens: { data: Int32Array.of(-1), shape: [1, 1] }, mask: rows(1, 4) },
      'forward: the index at position 0 is outside its table',
    ],
    [
      'a category beyond the tokens',
      'categories',
      {
        x: [
          [0, 1, 3],
          [1, 4, 0],
        ],
      },
      'forward: the index at position 4 is outside its table',
    ],
    ['a category below 0', 'categories', { x: [[0, 1, -1]] }, 'forward: the index at position 2 is outside its table'],
  ] as const
).map(([title, model, inputs, message]) => ({
  title,
  model,
  action: (net: Net) => net.forward(inputs),
  class: 'InputError',
  message,
}));

testCalls(values);
