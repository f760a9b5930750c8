import {
  add,
  dense,
  graph,
  initializers,
  input,
  layerNormalization,
  multiHeadAttention,
  type Graph,
} from '../../compiler/index.js';
import { drawn } from './weights.js';

export interface Transformer {
  readonly layers?: number;
  readonly width?: number;
  readonly heads?: number;
}

const { normal, varianceScaling } = initializers;

/** Weights that give products of a deviation near that of their operand. */
const GAIN = Math.SQRT2 * 0.7;

/**
 * The encoder of MiniLM (Wang et al. 2020), normalized after each addition, from tokens that are embedded already: [batch,
 * steps, width].
 */
export function minilm(batch: number, steps: number, { layers = 6, width = 384, heads = 12 }: Transformer = {}): Graph {
  const tokens = input([batch, steps, width]);
  const weight = normal({ std: GAIN / Math.sqrt(width) });
  const normalize = () => layerNormalization({ epsilon: 1e-5 });
  let x = normalize()(tokens);
  for (let layer = 0; layer < layers; layer++) {
    const weights = { queryWeight: weight, keyWeight: weight, valueWeight: weight, outputWeight: weight };
    const attended = multiHeadAttention({ heads, keyDim: width / heads, ...weights })(x, x);
    x = normalize()(add()(x, attended));
    const inner = dense({ units: 4 * width, activation: 'gelu' })(x);
    const outer = dense({ units: width, weight: varianceScaling({ scale: GAIN ** 2 }) })(inner);
    x = normalize()(add()(x, outer));
  }
  return graph({ ...drawn, inputs: { tokens }, outputs: { y: x } });
}
