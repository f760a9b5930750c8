import { dense, input, sequential, type Graph } from '../../compiler/index.js';
import { drawn } from './weights.js';

const relu = (units: number) => dense({ units, activation: 'relu' });

/** 20 → 256 → 10 */
export const mlp = (batch: number): Graph => sequential([input([batch, 20]), relu(256), dense({ units: 10 })], drawn);

/** 784 → 512 → 512 → 10 probabilities */
export const mnistMlp = (batch: number): Graph =>
  sequential([input([batch, 784]), relu(512), relu(512), dense({ units: 10, activation: 'softmax' })], drawn);
