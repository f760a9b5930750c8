import { instantiate } from '../../../runtime/forward.js';
import type { Digits } from '../../digits/service.js';
import file from './digits.wasm?url';

const net = await instantiate<Digits>(await (await fetch(file)).arrayBuffer());

/** From 64 values of 0 to 16, row by row, to the probabilities of the ten digits. */
export function recognize(pixels: ArrayLike<number>): Float32Array {
  const image = Float32Array.from(pixels, (value) => value / 16);
  return net.forward({ image: { data: image, shape: [1, 8, 8, 1] } }).probabilities.data;
}
