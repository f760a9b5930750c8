import { NacreError } from '../errors.js';
import { inScope, runStages, type Edge, type Stage, type StageOutput } from './edge.js';

/** A stage that `repeat` can make again with layers of its own. */
export interface ComposedStage extends Stage {
  /** This stage, then the others. */
  pipe(...stages: readonly Stage[]): ComposedStage;
}

type DefaultInput = readonly (number | string | null)[] | undefined;

interface StageInfo {
  /** A fresh stage of fresh layers; `suffix` keeps names apart, `copies` are the layers made so far. */
  readonly copy: (copies: Map<object, unknown>, suffix: string) => Stage;
  /** The shape of the input that `sequential` makes for it. */
  readonly defaultInput: DefaultInput;
}

const infos = new WeakMap<object, StageInfo>();

/** Makes a function a stage that can be copied and piped. */
export function stageOf(apply: (...from: readonly Edge[]) => StageOutput, info: StageInfo): ComposedStage {
  const stage: ComposedStage = Object.assign(apply, {
    pipe: (...stages: readonly Stage[]): ComposedStage => compose([stage, ...stages]),
  });
  infos.set(stage, info);
  return stage;
}

const isComposed = (value: unknown): value is ComposedStage => infos.has(value as object);

/** A copy; a function of somebody's own makes its layers when it is called, so it is its own copy. */
export const copyStage = (stage: Stage, copies: Map<object, unknown>, suffix: string): Stage =>
  infos.get(stage)?.copy(copies, suffix) ?? stage;

export const defaultInputOf = (stage: Stage | undefined): DefaultInput => stage && infos.get(stage)?.defaultInput;

const single = (edges: readonly Edge[]): StageOutput => (edges.length === 1 ? edges[0]! : edges);

/** Stages one after the other. */
export const compose = (stages: readonly Stage[]): ComposedStage =>
  stageOf((...from) => single(runStages(stages, from)), {
    copy: (copies, suffix) => compose(stages.map((stage) => copyStage(stage, copies, suffix))),
    defaultInput: defaultInputOf(stages[0]),
  });

/** Stages side by side on the same inputs; their outputs together are the inputs of what follows. */
export const parallel = (branches: readonly Stage[]): ComposedStage =>
  stageOf((...from) => single(branches.flatMap((branch) => runStages([branch], from))), {
    copy: (copies, suffix) => parallel(branches.map((branch) => copyStage(branch, copies, suffix))),
    defaultInput: defaultInputOf(branches[0]),
  });

/** Stages one after the other, whose layers are named `name/layer`. */
export const block = (name: string, stages: readonly Stage[]): ComposedStage =>
  stageOf((...from) => single(inScope(name, () => runStages(stages, from))), {
    copy: (copies, suffix) =>
      block(
        `${name}${suffix}`,
        stages.map((stage) => copyStage(stage, copies, '')),
      ),
    defaultInput: defaultInputOf(stages[0]),
  });

/**
 * A stage `count` times, each with layers of its own; names that were given get `_1`, `_2`, ….
 *
 * @param stage a layer or stage to copy, or a function that makes the stage of an index from 0
 */
export function repeat(count: number, stage: ComposedStage): ComposedStage;
// One signature of both would leave `index` without a type.
// eslint-disable-next-line @typescript-eslint/unified-signatures
export function repeat(count: number, stage: (index: number) => Stage): ComposedStage;
export function repeat(count: number, stage: ComposedStage | ((index: number) => Stage)): ComposedStage {
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new NacreError('value', 'repeat', `count must be an integer of at least 1, got ${String(count)}`);
  }
  const make = isComposed(stage) ? (index: number) => copyStage(stage, new Map(), `_${index + 1}`) : stage;
  return compose(Array.from({ length: count }, (_, index) => make(index)));
}
