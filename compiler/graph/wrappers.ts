import { NacreError } from '../errors.js';
import type { Layer } from '../layers/define.js';
import { inScope, runStages, type Edge, type Stage, type StageOutput } from '../layers/edge.js';
import { copyStage, stageOf, type ComposedStage } from '../layers/stage.js';
import * as table from '../layers/table.js';
import { show } from '../show.js';

const { add, average, concatenate, multiply, flip, gru, lstm, mergeTime, simpleRnn, splitTime } = table;
const recurrentLayers = { gru, lstm, simpleRnn };
const merges = { add, average, concatenate, multiply };

type RecurrentKind = keyof typeof recurrentLayers;
type MergeName = keyof typeof merges;

/** What a builder of recurrent layers makes. */
export type RecurrentLayer = ReturnType<(typeof recurrentLayers)[RecurrentKind]>;

type StateOf<L> = L extends { readonly kind: 'lstm' } ? 'Hidden' | 'Cell' : 'Hidden';

/** What both directions give together, and the last states of each; of an LSTM the cell states too. */
export type BidirectionalOutputs<L> = Readonly<
  Record<'output' | `${'forward' | 'backward'}${StateOf<L>}`, Edge<'float32'>>
>;

/** What is called with the input, and with the first states if not zero: those of the forward, then of the backward layer. */
export type Bidirectional<Output> = ((...from: readonly Edge[]) => Output) & ComposedStage;

interface BidirectionalOptions<M> {
  /** How the outputs of both directions become one; null leaves them two. */
  readonly merge?: M;
}

/** How many states a kind has, by the names of its outputs. */
const statesOf = (kind: RecurrentKind): readonly string[] => recurrentLayers[kind].definition.outputs.slice(1);

/**
 * Two layers over the same steps, each with parameters of its own: one as given, one the other way round. Sequences are
 * put in the order of the forward one. Of a layer called `name` they are `name/forward` and `name/backward`, and what merges
 * them is `name`.
 *
 * @param layer tells the kind and the options; values that it has for parameters go to both
 * @throws NacreError for a layer of another kind or an unknown merge · when it is called, for a wrong number of states
 */
export function bidirectional<const L extends RecurrentLayer>(
  layer: L,
  options?: BidirectionalOptions<MergeName>,
): Bidirectional<BidirectionalOutputs<L>>;
export function bidirectional(
  layer: RecurrentLayer,
  options: BidirectionalOptions<null>,
): Bidirectional<readonly [forward: Edge<'float32'>, backward: Edge<'float32'>]>;
export function bidirectional(
  layer: RecurrentLayer,
  { merge = 'concatenate' }: BidirectionalOptions<MergeName | null> = {},
): Bidirectional<StageOutput> {
  const { kind } = layer;
  if (!Object.hasOwn(recurrentLayers, kind)) {
    throw new NacreError('value', 'bidirectional', `takes a recurrent layer, got ${show(kind)}`);
  }
  if (merge !== null && !Object.hasOwn(merges, merge)) {
    const names = Object.keys(merges).join(', ');
    throw new NacreError('value', 'bidirectional', `merge must be one of ${names}, or null, got ${show(merge)}`);
  }
  const { name, ...shared } = layer.options as { readonly name?: string; readonly goBackwards?: boolean };
  const named = (own: string): object => (name === undefined ? {} : { name: own });
  const make = recurrentLayers[kind] as (options: object) => Layer;
  const forward = make({ ...shared, ...named('forward') });
  const backward = make({ ...shared, goBackwards: !shared.goBackwards, ...named('backward') });
  const reorder = flip({ axis: 1, ...named('flip') });
  const join = merge === null ? undefined : (merges[merge] as (options: object) => Stage)(named(name!));
  const within = <T>(apply: () => T): T => (name === undefined ? apply() : inScope(name, apply));
  const states = statesOf(kind);

  const apply = (x: Edge, ...first: readonly Edge[]): StageOutput => {
    if (first.length !== 0 && first.length !== 2 * states.length) {
      const what = `takes ${2 * states.length} first states or none, got ${first.length}`;
      throw new NacreError('value', name ?? 'bidirectional', what);
    }
    const half = first.length / 2;
    const outputs = within(() => {
      const ahead = forward(x, ...first.slice(0, half)) as Readonly<Record<string, Edge>>;
      const back = backward(x, ...first.slice(half)) as Readonly<Record<string, Edge>>;
      const isSequence = (shared as { readonly returnSequences?: boolean }).returnSequences;
      return { ahead, back, ends: [ahead['output']!, isSequence ? reorder(back['output']!) : back['output']!] };
    });
    if (!join) return outputs.ends;
    const found = states.flatMap((state) => {
      const capital = `${state[0]!.toUpperCase()}${state.slice(1)}`;
      return [
        [`forward${capital}`, outputs.ahead[state]!],
        [`backward${capital}`, outputs.back[state]!],
      ] as const;
    });
    return { output: join(...outputs.ends) as unknown as Edge, ...Object.fromEntries(found) };
  };
  return stageOf(apply, {
    copy: (copies, suffix) =>
      bidirectional(copyStage(layer as unknown as Stage, copies, suffix) as unknown as RecurrentLayer, {
        merge: merge!,
      }),
    defaultInput: recurrentLayers[kind].definition.defaultInput,
  });
}

/** A stage for every step of [batch, time, …]: it sees the steps as a batch of batch · time. */
export const timeDistributed = (stage: Stage): ComposedStage =>
  stageOf(
    (x) => {
      const ends = runStages([stage], [mergeTime()(x)]).map((end) => splitTime()(end, x));
      return ends.length === 1 ? ends[0]! : ends;
    },
    {
      copy: (copies, suffix) => timeDistributed(copyStage(stage, copies, suffix)),
      defaultInput: undefined,
    },
  );
