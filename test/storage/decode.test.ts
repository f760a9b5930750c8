import test from 'ava';
import { decode, faultOfStored, permuteStored, type StoredValues } from '../../compiler/stored.js';
import { instantiateSync } from '../../runtime/index.js';
import { compileValues, quantized, words } from './models.js';

const bitsOf = (data: Float32Array): Uint32Array => new Uint32Array(data.buffer, data.byteOffset, data.length);

/** The first element whose bits differ, with both. */
function difference(got: Float32Array, wanted: Float32Array): string | undefined {
  const [a, b] = [bitsOf(got), bitsOf(wanted)];
  const at = a.findIndex((word, index) => word !== b[index]);
  return at < 0 && a.length === b.length ? undefined : `element ${at} is ${got[at]}, not ${wanted[at]}`;
}

const every = Uint16Array.from({ length: 65536 }, (_, bits) => bits);
const halves: Record<string, StoredValues> = {};
for (const dtype of ['float16', 'bfloat16'] as const) {
  halves[`${dtype}-table`] = { dtype, shape: [256, 256], data: every };
  // A count that no vector divides, in a packed form.
  halves[`${dtype}-kernel`] = { dtype, shape: [9, 3, 7], data: every.slice(31 * 1024 - 90, 31 * 1024 + 99) };
}

const integers: Record<string, StoredValues> = {};
const next = words(7);
const shapes = [
  [1, 1],
  [5, 1],
  [1, 6],
  [3, 4],
  [7, 9],
  [13, 33],
  [1, 3, 1],
  [3, 3, 5],
  [5, 3, 8],
  [2, 3, 19],
];
for (const [index, shape] of shapes.entries()) {
  for (const axis of [null, ...shape.keys()]) {
    for (const wide of [false, true]) {
      const dtype = (['uint8', 'int8', 'uint16'] as const)[next() % 3]!;
      integers[`${dtype}-${index}-${axis ?? 'all'}-${wide ? 'wide' : 'narrow'}`] = quantized(
        { dtype, shape, axis, wide },
        next,
      );
    }
  }
}

for (const [title, values] of Object.entries({ halves, integers })) {
  test(`a module decodes ${title} as decode does, bit for bit`, async (t) => {
    const model = instantiateSync(await compileValues(values));
    model.initialize();
    for (const [name, stored] of Object.entries(values)) {
      const { data } = model.variables.get(`${name}.weight`);
      t.is(difference(data, decode(stored)), undefined, name);
    }
  });
}

test('any elements are decoded alone', async (t) => {
  const values = { ...integers, half: halves['float16-kernel']!, brief: halves['bfloat16-table']! };
  const model = instantiateSync(await compileValues(values));
  for (const [name, stored] of Object.entries(values)) {
    const all = decode(stored);
    const first = next() % all.length;
    const count = Math.min(all.length - first, next() % 2100);
    const got = model.variables.sample(`${name}.weight`, first, count);
    t.is(difference(got, all.subarray(first, first + count)), undefined, `${name} from ${first}`);
  }
});

test('decoded values are edited as any others, and force puts them back', async (t) => {
  const model = instantiateSync(
    await compileValues({
      table: halves['float16-table']!,
      kernel: integers['int8-7-2-narrow'] ?? halves['float16-kernel']!,
    }),
  );
  model.initialize();
  for (const name of ['table.weight', 'kernel.weight']) {
    const before = model.variables.get(name);
    model.variables.update(name, (data) => void data.fill(0.25));
    t.true(model.variables.get(name).data.every((value) => value === 0.25));
    model.initialize({ force: true, only: name });
    t.is(difference(model.variables.get(name).data, before.data), undefined);
  }
});

test('axes of stored values move with their scales', (t) => {
  const values = quantized({ dtype: 'int8', shape: [2, 3, 4], axis: 1, wide: true }, next);
  const moved = permuteStored(values, [2, 0, 1]);
  t.deepEqual([moved.shape, moved.axis], [[4, 2, 3], 2]);
  const [before, after] = [decode(values), decode(moved)];
  for (let i = 0; i < 2; i++)
    for (let j = 0; j < 3; j++)
      for (let k = 0; k < 4; k++) t.is(after[(k * 2 + i) * 3 + j], before[(i * 3 + j) * 4 + k]);
});

const sound = quantized({ dtype: 'uint8', shape: [2, 3], axis: 1, wide: true }, next);
for (const [title, fields, fault] of [
  ['nothing', {}, undefined],
  ['the array of another dtype', { dtype: 'int8' }, 'int8 values must be in Int8Array'],
  ['too few values', { data: new Uint8Array(5) }, 'shape (2, 3) has 6 values, got 5'],
  ['an axis there is not', { axis: 2 }, 'axis must be null or an axis of (2, 3), got 2'],
  ['too few scales', { scale: [1, 2] }, 'scale must be 3 finite numbers in a list'],
  ['a scale that is no number', { scale: [1, 2, NaN] }, 'scale must be 3 finite numbers in a list'],
  ['more than one offset for all', { axis: null, scale: [1] }, 'offset must be 1 finite number in a list'],
] as const) {
  test(`what is wrong with stored values: ${title}`, (t) => {
    t.is(faultOfStored({ ...sound, ...fields } as StoredValues), fault);
  });
}
