import test from 'ava';
import { normalCumulative } from '../../compiler/random.js';
import { TorchGenerator, torchKaimingBound } from '../../compiler/streams/torch.js';
import { fill, floats, kernels, memory, relaxed, type RandomKernels } from '../random/kernels.js';
import { golden, hex, knownAnswers, parseFloats, ulps } from './fixtures.js';

const known = knownAnswers('torch') as {
  uniform: { seed: number; low: number; high: number; values: string }[];
  normal: { seed: number; counts: number[]; values: string }[];
};

const { fround } = Math;
const STATE = 32768;

type Kind = 'bits' | 'uniform' | 'normal' | 'truncatedNormal';
type Call = readonly [kind: Kind, count: number, a?: number, b?: number, c?: number, d?: number];

function call(
  [kind, count, a = 0, b = 1, c = -2, d = 2]: Call,
  target: number,
  library: RandomKernels = kernels,
): void {
  if (kind === 'bits') library.fillTorchBits(target, count, STATE);
  else if (kind === 'uniform') library.fillTorchUniform(target, count, STATE, a, b);
  else if (kind === 'normal') library.fillTorchNormal(target, count, STATE, a, b);
  else library.fillTorchTruncatedNormal(target, count, STATE, a, b, c, d);
}

/** What the kernels give for these calls in turn after seeding. */
function drawn(seed: bigint, calls: readonly Call[]): Uint32Array<ArrayBuffer>[] {
  kernels.seedTorch(STATE, seed);
  return calls.map((each) => fill(each[1], (target) => call(each, target)));
}

/** The same by the mirror. */
function expected(seed: bigint, calls: readonly Call[]): Uint32Array<ArrayBuffer>[] {
  const generator = new TorchGenerator(seed);
  return calls.map(([kind, count, a = 0, b = 1, c = -2, d = 2]) => {
    if (kind === 'bits') return Uint32Array.from({ length: count }, () => generator.bits());
    let values: Float32Array;
    if (kind === 'uniform') values = generator.uniform(count, fround(a), fround(b));
    else if (kind === 'normal') values = generator.normal(count, a, b);
    else values = generator.truncatedNormal(count, a, b, c, d);
    return new Uint32Array(Float32Array.from(values).buffer);
  });
}

/** Calls that leave the generator anywhere in its state and a kept sample before, between and after them. */
const calls: Call[] = [
  ['bits', 3],
  ['uniform', 7, -0.3, 0.4],
  ['normal', 1, 0.5, 2],
  ['normal', 16],
  ['normal', 15, 0, 0.02],
  ['uniform', 1300],
  ['normal', 37, 1, 0.1],
  ['bits', 0],
  ['normal', 0],
  ['normal', 2],
  ['normal', 9001],
  ['uniform', 4099, 0, 5],
  ['truncatedNormal', 4097],
  ['truncatedNormal', 3, 0.1, 0.02, -0.02, 0.3],
  ['truncatedNormal', 30, 1, 1, 4, 5.5],
  ['truncatedNormal', 30, 0, 1, -Infinity, Infinity],
  ['bits', 1250],
];

test('the 10000th word of the standard', (t) => {
  const [words] = drawn(5489n, [['bits', 10000]]);
  t.is(words![9999], 4123659995);
});

for (const { seed, low, high, values } of known.uniform) {
  test(`uniform_(${low}, ${high}) after manual_seed(${seed})`, (t) => {
    const each: Call[] = [['uniform', values.split(' ').length, low, high]];
    t.is(hex(Array.from(drawn(BigInt(seed), each)[0]!)), values);
  });
}

for (const { seed, counts, values } of known.normal) {
  test(`normal_() of ${counts.join(', ')} elements after manual_seed(${seed})`, (t) => {
    const each = counts.map((count): Call => ['normal', count]);
    const words = drawn(BigInt(seed), each).flatMap((part) => Array.from(part));
    const reference = parseFloats(values);
    t.is(words.length, reference.length);
    // Bits where torch draws in f32, in whole vectors; f64 functions that differ in their last bits where it does not.
    const limit = counts.some((count) => count < 16) ? 1 : 0;
    floats(Uint32Array.from(words)).forEach((value, i) => t.true(ulps(value, reference[i]!) <= limit, `element ${i}`));
  });
}

test('golden values of docs/random.md', (t) => {
  for (const {
    seed,
    draw: [kind, ...numbers],
    values,
  } of golden.torch) {
    const each = [[kind, values.split(' ').length, ...numbers]] as unknown as Call[];
    t.is(hex(Array.from(drawn(BigInt(seed), each)[0]!)), values);
    t.is(hex(Array.from(expected(BigInt(seed), each)[0]!)), values);
  }
});

test('the kernels give what the mirror gives, call after call', (t) => {
  for (const seed of [0n, 1n, 0xffffffffffffffffn]) {
    const results = expected(seed, calls);
    drawn(seed, calls).forEach((words, i) => t.deepEqual(words, results[i], calls[i]!.join(' ')));
  }
});

test('only the low 32 bits of a seed count', (t) => {
  t.deepEqual(drawn(7n, calls), drawn(7n + (5n << 32n), calls));
  t.notDeepEqual(drawn(7n, calls), drawn(8n, calls));
});

test('a generator keeps to its state', (t) => {
  const bytes = new Uint8Array(memory.buffer, STATE - 16, kernels.torchState() + 32);
  bytes.fill(0xa5);
  drawn(3n, calls);
  for (const guard of [bytes.subarray(0, 16), bytes.subarray(-16)]) t.true(guard.every((byte) => byte === 0xa5));
});

(relaxed ? test : test.skip)('both targets give the same bits', (t) => {
  const { kernels: library, memory: other } = relaxed!;
  const results = drawn(9n, calls);
  other.grow(1);
  library.seedTorch(STATE, 9n);
  calls.forEach((each, i) => {
    const target = STATE + 4096;
    call(each, target, library);
    t.deepEqual(new Uint32Array(other.buffer, target, each[1]), results[i], each.join(' '));
  });
});

for (const [mean, std, low, high] of [
  [0, 1, -2, 2],
  [0.1, 0.02, 0.05, 0.3],
  [-1, 3, 0.5, Infinity],
] as const) {
  test(`trunc_normal_(${mean}, ${std}, ${low}, ${high}) inverts the distribution function`, (t) => {
    const count = 20000;
    const [words] = drawn(11n, [['truncatedNormal', count, mean, std, low, high]]);
    const uniform = new TorchGenerator(11n);
    const [start, end] = [low, high].map((bound) => normalCumulative((bound - mean) / std)) as [number, number];
    const outside = floats(words!).findIndex((value) => {
      const p = start + ((uniform.bits() & 0xffffff) / 2 ** 24) * (end - start);
      const exact = normalCumulative((value - mean) / std);
      return Math.abs(p - exact) > 3e-7 || value < fround(low) || value > fround(high);
    });
    t.is(outside, -1);
  });
}

test('an end of the uniform numbers becomes the bound', (t) => {
  // 2·Φ(x) − 1 is 1 in f32 for both.
  for (const high of [5.9, Infinity]) {
    const each: Call[] = [['truncatedNormal', 2000, 0, 1, 5.2, high]];
    const [words] = drawn(0n, each);
    t.deepEqual(words, expected(0n, each)[0]);
    const values = floats(words!);
    t.is(Math.max(...values), fround(high));
    t.true(Math.min(...values) >= fround(5.2));
  }
});

test('skipping leaves the generator as drawing does', (t) => {
  for (const first of [0, 1]) {
    for (const count of [0, 1, 2, 15, 16, 17, 31, 32, 623, 624, 625, 5000]) {
      for (const kind of ['uniform', 'normal'] as const) {
        const rest: Call[] = [
          ['normal', 3],
          ['bits', 5],
        ];
        const [, , ...after] = drawn(4n, [['normal', first], [kind, count], ...rest]);
        kernels.seedTorch(STATE, 4n);
        fill(first, (target) => kernels.fillTorchNormal(target, first, STATE, 0, 1));
        kernels.skipTorch(count, STATE, kind === 'normal' ? 1 : 0);
        t.deepEqual(
          rest.map((each) => fill(each[1], (target) => call(each, target))),
          after,
          `${kind} ${count}`,
        );
        const generator = new TorchGenerator(4n);
        generator.normal(first, 0, 1);
        generator.skip(count, kind === 'normal');
        t.deepEqual(new Uint32Array(Float32Array.from(generator.normal(3, 0, 1)).buffer), after[0]);
      }
    }
  }
});

test('torch.nn.Linear(3, 1) after manual_seed(42)', (t) => {
  const bound = torchKaimingBound(3, Math.sqrt(5));
  const [weight, bias] = drawn(42n, [
    ['uniform', 3, -bound, bound],
    ['uniform', 1, -1 / Math.sqrt(3), 1 / Math.sqrt(3)],
  ]);
  const printed = (words: Uint32Array<ArrayBuffer>): string[] => Array.from(floats(words), (value) => value.toFixed(4));
  t.deepEqual([printed(weight!), printed(bias!)], [['0.4414', '0.4792', '-0.1353'], ['0.5304']]);
});

test('the bound of kaiming_uniform_ is that of variance scaling with the scale in f64', (t) => {
  const a = Math.sqrt(5);
  const differing = (scale: number): number => {
    let count = 0;
    for (let fan = 1; fan <= 100000; fan++) {
      if (fround(torchKaimingBound(fan, a)) !== kernels.varianceScale(scale, fan, 0)) count++;
    }
    return count;
  };
  t.is(differing(2 / (1 + a * a)), 0);
  t.is(differing(1 / 3), 0);
  t.is(differing(fround(1 / 3)), 18406);
});
