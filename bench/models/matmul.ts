import { dot, graph, input, type Graph } from '../../compiler/index.js';

/** One product of two square matrices, both of them inputs. */
export function matmul(size: number): Graph {
  const [left, right] = [input([1, size, size]), input([1, size, size])];
  return graph({ inputs: { left, right }, outputs: { y: dot({ axes: [2, 1] })(left, right) } });
}
