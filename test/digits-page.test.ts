import test from 'ava';
import { uniformGenerator } from '../examples/digits/augment.js';
import { drawings } from '../examples/browser/drawings.js';
import { compileDigits } from '../examples/digits/module.js';
import { readSample, samples } from '../examples/browser/page/samples.js';
import { pixelsOf, type Stroke } from '../examples/browser/page/strokes.js';
import { drawn, type Hand } from '../examples/browser/shapes.js';
import { instantiateSync } from '../runtime/forward.js';

const weights = new URL('../../examples/browser/weights.safetensors', import.meta.url);
const net = instantiateSync(await compileDigits(weights));

function recognize(pixels: ArrayLike<number>): number {
  const data = Float32Array.from(pixels, (value) => value / 16);
  const probabilities = net.forward({ image: { data, shape: [1, 8, 8, 1] } })['probabilities']!.data as Float32Array;
  return probabilities.indexOf(Math.max(...probabilities));
}

const rows = (pixels: Uint8Array): string[] =>
  Array.from({ length: 8 }, (_, row) => Array.from(pixels.subarray(row * 8, row * 8 + 8)).join(' '));

test('nothing drawn is an empty image', (t) => {
  t.true(pixelsOf([]).every((value) => value === 0));
  t.true(pixelsOf([[]]).every((value) => value === 0));
});

test('a stroke down fills the height in the middle, however long it is', (t) => {
  const line = (length: number): Stroke[] => [
    [
      { x: 0.3, y: 0.1 },
      { x: 0.3, y: 0.1 + length },
    ],
  ];
  t.deepEqual(rows(pixelsOf(line(0.8))), rows(pixelsOf(line(0.2))));
  t.true(rows(pixelsOf(line(0.8))).every((row) => /^0 0 (\d+) ([1-9]\d*) \2 \1 0 0$/.test(row)));
});

test('a dot stays a dot', (t) => {
  const ink = pixelsOf([[{ x: 0.9, y: 0.1 }]]).reduce((sum, value) => sum + value);
  t.true(ink > 0 && ink < 100, String(ink));
});

const hands: Readonly<Record<string, { readonly hand: Hand; readonly least: number }>> = {
  steady: { hand: { stray: 0.02, lean: 0.2, turn: 0.1, stretch: 0.3 }, least: 0.97 },
  wavering: { hand: { stray: 0.05, lean: 0.3, turn: 0.12, stretch: 0.35 }, least: 0.93 },
};

const TIMES = 20;

for (const [name, { hand, least }] of Object.entries(hands)) {
  test(`digits drawn by a ${name} hand are recognized`, (t) => {
    const uniform = uniformGenerator(1);
    const counts = drawings.map((ways, digit) => {
      const answers = ways.flatMap((shape) =>
        Array.from({ length: TIMES }, () => recognize(pixelsOf(drawn(shape, hand, uniform)))),
      );
      return { digit, right: answers.filter((answer) => answer === digit).length, all: answers.length };
    });
    const total = (key: 'right' | 'all'): number => counts.reduce((sum, count) => sum + count[key], 0);
    t.true(total('right') >= least * total('all'), JSON.stringify(counts));
  });
}

test('samples are 0 to 16 and recognized', (t) => {
  for (const sample of samples) {
    const { label, pixels } = readSample(sample);
    t.is(pixels.length, 64);
    t.true(pixels.every((value) => value >= 0 && value <= 16));
    t.is(recognize(pixels), label);
  }
});
