import test from 'ava';
import { alphabetOf, planesOf, readLine } from '../examples/ocr/recognize.js';
import { renderLine, type Font } from '../examples/ocr/render.js';

/** A font of 10 units with a square from (2, 0) to (6, 4), and a disc of radius 2 around (4, 4) by four quadratic curves. */
const font: Font = {
  unitsPerEm: 10,
  ascent: 9,
  descent: -3,
  hasGlyphForCodePoint: (code) => code < 128,
  glyphsForString: (text) =>
    Array.from(text, (character) => ({
      advanceWidth: 8,
      path: {
        commands:
          character === 'o'
            ? [
                { command: 'moveTo', args: [6, 4] },
                { command: 'quadraticCurveTo', args: [6, 6, 4, 6] },
                { command: 'quadraticCurveTo', args: [2, 6, 2, 4] },
                { command: 'quadraticCurveTo', args: [2, 2, 4, 2] },
                { command: 'quadraticCurveTo', args: [6, 2, 6, 4] },
                { command: 'closePath', args: [] },
              ]
            : [
                { command: 'moveTo', args: [2, 0] },
                { command: 'lineTo', args: [6, 0] },
                { command: 'lineTo', args: [6, 4] },
                { command: 'lineTo', args: [2, 4] },
                { command: 'closePath', args: [] },
              ],
      },
    })),
};

test('outlines cover pixels by their area', (t) => {
  // 16 pixels with margins of 2: 12 units are 12 pixels, so that a unit is a pixel and the baseline is at 11.
  const { width, height, data } = renderLine(font, '+o', 16);
  t.deepEqual([width, height], [20, 16]);
  const ink = (x: number, y: number): number => 1 - data[(y * width + x) * 3]! / 255;
  const sum = (left: number, right: number): number => {
    let total = 0;
    for (let y = 0; y < height; y++) for (let x = left; x < right; x++) total += ink(x, y);
    return total;
  };
  t.is(sum(0, 10), 16);
  for (const [x, y, inside] of [
    [4, 7, 1],
    [7, 10, 1],
    [3, 7, 0],
    [4, 6, 0],
    [8, 8, 0],
    [4, 11, 0],
  ] as const) {
    t.is(ink(x, y), inside, `${x}, ${y}`);
  }
  // Four corners that quadratic curves leave out, each a sixth of its control triangle's square.
  t.true(Math.abs(sum(10, 20) - (16 - 16 / 6)) < 0.15, String(sum(10, 20)));
  t.throws(() => renderLine(font, 'é', 16), { message: "text: the font has no 'é'; choose Latin text" });
});

test('lines become planes of blue, green and red', (t) => {
  const { data, shape } = planesOf({ width: 2, height: 1, data: Uint8Array.of(0, 51, 255, 255, 0, 51) });
  t.deepEqual(shape, [1, 3, 1, 2]);
  t.deepEqual(
    [...data].map((value) => Math.round(value * 10) / 10),
    [1, -0.6, -0.6, -1, -1, 1],
  );
});

test('the likeliest classes make a text', (t) => {
  const alphabet = alphabetOf('a\nb\n');
  t.deepEqual(alphabet, ['a', 'b', ' ']);
  const steps = (...best: number[]) => ({
    data: Float32Array.from(best.flatMap((at) => [0, 1, 2, 3].map((c) => (c === at ? 0.7 : 0.1)))),
    shape: [1, best.length, 4],
  });
  for (const [best, text] of [
    [[0, 1, 1, 0, 2, 2, 2], 'ab'],
    [[1, 0, 1, 2, 1], 'aaba'],
    [[3, 1, 3, 3, 2, 0, 3], 'a b'],
    [[0, 0], ''],
  ] as const) {
    t.is(readLine(steps(...best), alphabet), text);
  }
  t.throws(() => readLine(steps(1), ['a']), { message: 'probabilities: must be of 2 classes, got 4' });
});
