import test from 'ava';
import { pictureShape, pixelsOfValues, valuesOfPixels } from '../../page/run/image.js';
import { normalNumbers, uniformNumbers } from '../../page/run/random.js';
import { largest } from '../../page/run/top.js';

const pictures: readonly (readonly [shape: readonly number[], expected: readonly unknown[] | undefined])[] = [
  [
    [28, 28],
    [1, 28, 28, 1, false],
  ],
  [
    [2, 28, 30, 3],
    [2, 28, 30, 3, false],
  ],
  [
    [1, 3, 28, 30],
    [1, 28, 30, 3, true],
  ],
  [
    [3, 28, 30],
    [1, 28, 30, 3, true],
  ],
  [
    [28, 30, 4],
    [1, 28, 30, 4, false],
  ],
  [
    [5, 28, 30],
    [5, 28, 30, 1, false],
  ],
  [[1, 1000], undefined],
  [[1, 896, 16], undefined],
  [[1, 64, 28, 28], undefined],
  [[10], undefined],
  [[], undefined],
];

for (const [shape, expected] of pictures) {
  test(`(${shape.join(', ')}) is ${expected ? 'a picture' : 'none'}`, (t) => {
    const found = pictureShape(shape);
    t.deepEqual(
      found && [found.images, found.height, found.width, found.channels, found.channelsFirst],
      expected as never,
    );
  });
}

test('pixels become values and values pixels, in either layout', (t) => {
  const rgba = Uint8ClampedArray.from({ length: 8 * 8 * 4 }, (_, at) => (at % 4 === 3 ? 255 : (at * 7) % 256));
  for (const shape of [
    [2, 8, 8, 3],
    [2, 3, 8, 8],
  ]) {
    const picture = pictureShape(shape)!;
    const values = valuesOfPixels(rgba, picture, '0 to 1');
    t.deepEqual(pixelsOfValues(values, picture, [0, 1]), rgba);
    t.deepEqual(values.subarray(0, 192), values.subarray(192));
  }
  t.is(
    valuesOfPixels(
      Uint8ClampedArray.of(255, 0, 0, 255),
      { images: 1, height: 1, width: 1, channels: 1, channelsFirst: false },
      '0 to 255',
    )[0],
    Math.fround(0.299 * 255),
  );
  const red = valuesOfPixels(
    Uint8ClampedArray.of(255, 0, 0, 255),
    { images: 1, height: 1, width: 1, channels: 3, channelsFirst: true },
    'ImageNet',
  );
  t.deepEqual(red, Float32Array.of((1 - 0.485) / 0.229, -0.456 / 0.224, -0.406 / 0.225));
});

test('random numbers repeat with their seed and have their moments', (t) => {
  const draw = (next: () => number): number[] => Array.from({ length: 20_000 }, next);
  t.deepEqual(draw(uniformNumbers(7)), draw(uniformNumbers(7)));
  t.notDeepEqual(draw(uniformNumbers(7)).slice(0, 3), draw(uniformNumbers(8)).slice(0, 3));
  const moments = (values: number[]): [number, number] => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return [mean, values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length];
  };
  const [mean, variance] = moments(draw(uniformNumbers(1)));
  t.true(Math.abs(mean - 0.5) < 0.01 && Math.abs(variance - 1 / 12) < 0.005);
  const [centre, spread] = moments(draw(normalNumbers(1)));
  t.true(Math.abs(centre) < 0.03 && Math.abs(spread - 1) < 0.05);
});

test('the largest values come first, equal ones in their order, NaN not at all', (t) => {
  t.deepEqual(
    largest([1, NaN, 3, 3, -1, 2, 0], 7, 4).map(({ index }) => index),
    [2, 3, 5, 0],
  );
});
