// Trains the network of examples/digits for the page and writes weights.safetensors: on the handwritten digits, turned, leaning
// and stretched, and on as many that a wavering hand draws by the styles. Deterministic: the same bytes each time.
import { writeFileSync } from 'node:fs';
import { shuffle, uniformGenerator } from '../digits/augment.js';
import { loadDigits, pixelsPerImage } from '../digits/data.js';
import { fit, type Batch } from '../digits/fit.js';
import { pixelsOf } from './page/strokes.js';
import { drawn, type Hand } from './shapes.js';
import { styles } from './styles.js';

const seed = 0;
const epochs = 30;
const batchSize = 64;
const hand: Hand = { stray: 0.06, lean: 0.3, turn: 0.12, stretch: 0.35 };

const folder = new URL('../../../examples/browser/', import.meta.url);
const uniform = uniformGenerator(seed);
const within = (most: number): number => most * (2 * uniform() - 1);
const { train } = loadDigits();
const order = Array.from({ length: train.count }, (_, row) => row);

/** An image turned, leaning, stretched, moved and paler or darker, by linear interpolation. */
function distorted(image: Float32Array): Float32Array {
  const [turn, lean] = [within(0.12), within(0.2)];
  const [across, down] = [Math.exp(within(0.15)), Math.exp(within(0.06))];
  const [left, top] = [within(0.75), within(0.5)];
  const gain = Math.exp(within(0.2));
  const at = (x: number, y: number): number => (x < 0 || y < 0 || x > 7 || y > 7 ? 0 : image[y * 8 + x]!);
  return Float32Array.from(image, (_, index) => {
    const [x, y] = [(index % 8) - 3.5 - left, Math.floor(index / 8) - 3.5 - top];
    const [u, v] = [3.5 + across * x + (lean + turn) * y, 3.5 + down * y - turn * x];
    const [u0, v0] = [Math.floor(u), Math.floor(v)];
    const [a, b] = [u - u0, v - v0];
    const upper = at(u0, v0) * (1 - a) + at(u0 + 1, v0) * a;
    const lower = at(u0, v0 + 1) * (1 - a) + at(u0 + 1, v0 + 1) * a;
    return Math.min(1, gain * (upper * (1 - b) + lower * b));
  });
}

/** A digit, and an image of it as the page makes them. */
function drawnByHand(): readonly [label: number, image: Float32Array] {
  const label = Math.floor(uniform() * 10);
  const shapes = styles[label]!;
  const shape = shapes[Math.floor(uniform() * shapes.length)]!;
  return [label, Float32Array.from(pixelsOf(drawn(shape, hand, uniform)), (value) => value / 16)];
}

function batchOf(rows: readonly number[]): Batch {
  const images = new Float32Array(2 * rows.length * pixelsPerImage);
  const labels = new Int32Array(2 * rows.length);
  rows.forEach((row, i) => {
    const image = train.images.subarray(row * pixelsPerImage, (row + 1) * pixelsPerImage);
    images.set(uniform() < 0.5 ? image : distorted(image), 2 * i * pixelsPerImage);
    labels[2 * i] = train.labels[row]!;
    const [label, other] = drawnByHand();
    images.set(other, (2 * i + 1) * pixelsPerImage);
    labels[2 * i + 1] = label;
  });
  return { images, labels };
}

const file = await fit(seed, epochs, () => {
  shuffle(order, uniform);
  const rows = batchSize / 2;
  return Array.from({ length: Math.ceil(train.count / rows) }, (_, step) =>
    batchOf(order.slice(step * rows, (step + 1) * rows)),
  );
});
writeFileSync(new URL('weights.safetensors', folder), file);
console.log(`weights.safetensors  ${file.length} bytes`);
