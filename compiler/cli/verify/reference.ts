import type { Pipeline } from '../../pipeline.js';
import type { Tensor } from '../../tensor.js';
import type { Result } from './compare.js';

export type Inputs = ReadonlyMap<string, Tensor>;

/** What a compiled model is compared with. */
export interface Reference {
  /** `onnxruntime 1.30.0` */
  readonly title: string;
  /**
   * @param pipeline of the model in its naive form
   * @param outputs names of the values to compute, which the graph has as outputs
   */
  run(pipeline: Pipeline, inputs: Inputs, outputs: readonly string[]): Promise<ReadonlyMap<string, Result>>;
}
