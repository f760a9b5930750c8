/** `nacre/tfjs`: graph-models of TensorFlow.js. */
import type { Rng, TensorGraph } from '../../ir.js';
import type { LowerOptions } from '../../lower/index.js';
import type { Tensor } from '../../tensor.js';
import { boundTensors, type BoundInput } from '../bind.js';
import type { AskedOutputs } from '../outputs.js';
import type { ModelPort } from '../ports.js';
import type { WeightShards } from '../weights-manifest.js';
import { lowerGraphModel } from './lower.js';
import type { GraphFile } from './model.js';
import { readGraphModel } from './read.js';

export type { AskedOutputs, BoundInput, ModelPort, WeightShards };

export interface GraphModelOptions {
  /** Inputs whose values are known, by name; they are inputs no more. */
  readonly bind?: Readonly<Record<string, BoundInput>>;
  /**
   * Values that are outputs besides those of the model: names of its nodes (`node`, or `node:1` for another output than the
   * first), or `all` for every float value that a node computes. What is an output is fused with nothing, so that a module
   * with all of them is slow.
   */
  readonly outputs?: AskedOutputs;
}

/** A graph-model of tfjs, which `compile`, `build` and `summary` take as they take graphs. */
export class GraphModel {
  readonly rng: Rng = 'philox';

  /** @internal */
  constructor(
    private readonly file: GraphFile,
    private readonly bound: ReadonlyMap<string, Tensor>,
    private readonly asked: AskedOutputs = [],
  ) {}

  /** Name, dtype and sizes of the inputs that are not bound: those of the signature, else the placeholders. */
  get inputs(): readonly ModelPort[] {
    return this.file.inputs.filter(({ name }) => !this.bound.has(name));
  }

  /** Names of the outputs: those of the signature, else the nodes that no node reads. */
  get outputs(): readonly string[] {
    return this.file.outputs.map(({ name }) => name);
  }

  /** @throws ImportError · ShapeError · OptionError, see `importGraphModel` */
  lower(options: LowerOptions = {}): TensorGraph {
    return lowerGraphModel(this.file, this.bound, { ...options, outputs: this.asked });
  }
}

/**
 * Reads a graph-model of tfjs: images stay [batch, height, width, channels].
 *
 * @param modelJson the content of `model.json`, as text or parsed
 * @param weights the shards that its `weightsManifest` lists: bytes by path, all in their order in one, or a function that
 *   reads one
 * @throws ImportError for what is no graph-model, and for shards that do not fit. When it is compiled: ImportError for
 *   operators that nacre does not have, all of them at once, and for graphs that are none · OptionError for outputs that the
 *   graph does not have
 */
export function importGraphModel(
  modelJson: unknown,
  weights: WeightShards,
  { bind = {}, outputs = [] }: GraphModelOptions = {},
): GraphModel {
  const file = readGraphModel(modelJson, weights);
  return new GraphModel(file, boundTensors(bind, file.inputs), outputs);
}
