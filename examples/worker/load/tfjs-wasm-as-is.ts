import '@tensorflow/tfjs-backend-wasm';
import { tfjsService } from './tfjs.js';

export default await tfjsService('wasm');
