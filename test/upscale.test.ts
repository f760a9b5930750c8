import test from 'ava';
import { halve, signalToNoise } from '../examples/upscale/quality.js';

test('noise is measured against the peak', (t) => {
  const image = (...data: number[]) => ({ width: 1, height: 1, data: Uint8Array.from(data) });
  t.is(signalToNoise(image(1, 2, 3), image(1, 2, 3)), Infinity);
  t.is(signalToNoise(image(255, 255, 255), image(0, 0, 0)), 0);
  t.is(signalToNoise(image(10, 10, 10), image(10, 13, 10)).toFixed(3), '43.360');
});

test('a photo is halved by means of four pixels', (t) => {
  const grays = [10, 20, 30, 40, 50, 60, 71, 80];
  const data = Uint8Array.from(grays.flatMap((gray) => [gray, gray + 100, 7]));
  t.deepEqual(halve({ width: 4, height: 2, data }), {
    width: 2,
    height: 1,
    data: Uint8Array.of(35, 135, 7, 55, 155, 7),
  });
});
