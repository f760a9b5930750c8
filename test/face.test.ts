import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { encode } from 'fast-png';
import { anchors, decodeDetections, overlap, suppress, type Detection } from '../examples/face/detect.js';
import {
  arrange,
  crop,
  drawBox,
  drawDisc,
  padToSquare,
  readPng,
  resize,
  writePng,
  type Image,
} from '../examples/face/image.js';

const near = (value: number): number => Math.round(value * 1e6) / 1e6;

test('anchors are the centres of cells, each repeated, row by row', (t) => {
  t.is(anchors.length, 896);
  t.deepEqual(anchors[1], [1 / 32, 1 / 32]);
  t.deepEqual(anchors[2], [3 / 32, 1 / 32]);
  t.deepEqual(anchors[32], [1 / 32, 3 / 32]);
  t.deepEqual(anchors[512 + 5], [1 / 16, 1 / 16]);
  t.deepEqual(anchors[895], [15 / 16, 15 / 16]);
});

test('boxes and key points are relative to anchors, in pixels', (t) => {
  const scores = new Float32Array(896).fill(-5);
  const boxes = new Float32Array(896 * 16);
  scores[34] = 2;
  boxes.set([4, -8, 32, 64, ...Array.from({ length: 12 }, (_, i) => i)], 34 * 16);
  const [found, ...others] = decodeDetections(scores, boxes, 128);
  t.is(others.length, 0);
  t.is(near(found!.score), near(1 / (1 + Math.exp(-2))));
  const [x, y] = [3 / 32, 3 / 32];
  t.deepEqual(found!.centre, [x + 4 / 128, y - 8 / 128]);
  t.deepEqual(found!.size, [0.25, 0.5]);
  t.deepEqual(found!.keyPoints[5], [x + 10 / 128, y + 11 / 128]);
  t.is(decodeDetections(scores, boxes, 128, 0.9).length, 0);
});

const face = (score: number, x: number, size = 0.2): Detection => ({
  score,
  centre: [x, 0.5],
  size: [size, size],
  keyPoints: Array.from({ length: 6 }, (_, i) => [x + i / 100, 0.5] as const),
});

test('boxes overlap by what they share', (t) => {
  t.is(near(overlap(face(1, 0.5), face(1, 0.6))), near(1 / 3));
  t.is(overlap(face(1, 0.2), face(1, 0.6)), 0);
  t.is(near(overlap(face(1, 0.5, 0.4), face(1, 0.5))), 0.25);
});

test('what overlaps the best is averaged with it, and what does not is another face', (t) => {
  const faces = suppress([face(0.6, 0.8), face(0.3, 0.54), face(0.9, 0.5)]);
  t.deepEqual(
    faces.map(({ score, centre, keyPoints }) => [score, near(centre[0]), near(keyPoints[2]![0])]),
    [
      [0.9, 0.51, 0.53],
      [0.6, 0.8, 0.82],
    ],
  );
});

/** One row of gray pixels. */
const row = (...values: number[]): Image => ({
  width: values.length,
  height: 1,
  data: Uint8Array.from(values.flatMap((value) => [value, value, value])),
});

const reds = ({ data }: Image): number[] => [...data.filter((_, at) => at % 3 === 0)];

test('a photo is resized without aliasing', (t) => {
  t.deepEqual(reds(resize(row(0, 100, 200), { width: 3, height: 2 })), [0, 100, 200, 0, 100, 200]);
  t.deepEqual(reds(resize(row(0, 100), { width: 4, height: 1 })), [0, 25, 75, 100]);
  const stripes = row(...Array.from({ length: 64 }, (_, i) => (i % 2) * 200));
  const inner = reds(resize(stripes, { width: 8, height: 1 })).slice(1, -1);
  t.deepEqual(inner, new Array(6).fill(100));
});

test('a photo is padded to a square around its middle', (t) => {
  const { left, top, width, height, ...image } = padToSquare(row(1, 2, 3));
  t.deepEqual([left, top, width, height], [0, 1, 3, 3]);
  t.deepEqual(reds({ width, height, ...image }), [0, 0, 0, 1, 2, 3, 0, 0, 0]);
});

test('images are cut and put together', (t) => {
  const stripes = arrange([row(1, 2, 3), row(4)], 'down');
  t.deepEqual([stripes.width, stripes.height, reds(stripes)], [3, 2, [1, 2, 3, 4, 255, 255]]);
  const part = crop(stripes, [1, 0], 2, 2);
  t.deepEqual([part.width, part.height, reds(part)], [2, 2, [2, 3, 255, 255]]);
  const both = arrange([part, row(7)], 'right');
  t.deepEqual([both.width, both.height, reds(both)], [3, 2, [2, 3, 7, 255, 255, 255]]);
});

test('boxes and discs are drawn inside the image only', (t) => {
  const image: Image = { width: 5, height: 5, data: new Uint8Array(75) };
  drawBox(image, [-3, 1], [2, 9], [7, 0, 0]);
  drawDisc(image, [4, 4], 1, [9, 0, 0]);
  t.deepEqual(
    reds(image),
    [
      [0, 0, 0, 0, 0],
      [7, 7, 7, 0, 0],
      [7, 7, 7, 0, 0],
      [0, 7, 7, 0, 9],
      [0, 7, 7, 9, 9],
    ].flat(),
  );
});

test('PNGs of every kind are read, and written again', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'nacre-face-'));
  const path = join(folder, 'image.png');
  const kinds: [title: string, png: Parameters<typeof encode>[0]][] = [
    ['gray', { width: 2, height: 1, channels: 1, data: Uint8Array.of(5, 200) }],
    ['gray, 16 bits', { width: 2, height: 1, channels: 1, depth: 16, data: Uint16Array.of(5 * 256 + 255, 200 * 256) }],
    ['gray with alpha', { width: 2, height: 1, channels: 2, data: Uint8Array.of(5, 0, 200, 9) }],
    ['colors with alpha', { width: 2, height: 1, channels: 4, data: Uint8Array.of(5, 5, 5, 0, 200, 200, 200, 9) }],
  ];
  for (const [title, png] of kinds) {
    writeFileSync(path, encode(png));
    t.deepEqual(readPng(path), row(5, 200), title);
  }
  // Two pixels of one bit, 0 and 1.
  writeFileSync(path, encode({ width: 2, height: 1, channels: 1, depth: 1, data: Uint8Array.of(0b01000000) }));
  t.deepEqual(readPng(path), row(0, 255), 'bits');
  writePng(path, row(1, 2, 3));
  t.deepEqual(readPng(path), row(1, 2, 3));
  rmSync(folder, { recursive: true });
});
