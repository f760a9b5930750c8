// A Cloudflare Worker that recognizes handwritten digits. digits.js is what `nacre compile --for cloudflare` writes beside
// the module, which it imports: a Worker compiles no bytes.
import { digitsService } from '../digits/service.js';
import { loadSync } from './digits.js';

const net = loadSync();

export default {
  fetch: digitsService((image) => net.forward({ image: { data: image, shape: [1, 8, 8, 1] } }).probabilities.data),
};
