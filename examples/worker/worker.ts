// A Cloudflare Worker that recognizes handwritten digits. Outside this repository, import from 'nacre/runtime/forward'.
import { instantiateSync } from '../../runtime/forward.js';
import { digitsService, type Digits } from '../digits/service.js';
import digits from './digits.wasm';

const net = instantiateSync<Digits>(digits);

export default {
  fetch: digitsService((image) => net.forward({ image: { data: image, shape: [1, 8, 8, 1] } }).probabilities.data),
};
