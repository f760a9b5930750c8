import { binary, element, scalar, unary } from '../../../build.js';
import { floorDiv, mul, type Dim } from '../../../dim.js';
import { ImportError } from '../../../errors.js';
import type { Expression, Value } from '../../../ir.js';
import { attentionBias } from '../attention-bias.js';
import type { NodeContext } from '../context.js';
import type { Expand, Operators } from '../define.js';

/** [batch, length, heads · size] → [batch, heads, length, size]; what has four axes is as it is. */
function inHeads({ build }: NodeContext, x: Value, heads: number): Value {
  if (x.shape.length === 4) return x;
  const [batch, length, width] = x.shape as [Dim, Dim, Dim];
  const split = build.reshape(x, [batch, length, heads, floorDiv(width, heads)]);
  return build.op({ kind: 'transpose', permutation: [0, 2, 1, 3] }, [split]);
}

/** The heads of a tensor, which attributes tell where it has three axes. */
function headsOf(context: NodeContext, x: Value, name: string): number {
  if (x.shape.length === 3) return context.int(name);
  const heads = x.shape[1];
  if (x.shape.length === 4 && typeof heads === 'number') return heads;
  return context.unsupported(
    x.shape.length === 4 ? 'the number of heads must be known when compiling' : `an input of rank ${x.shape.length}`,
  );
}

/** Each head of the queries with its own part of the keys': [batch, heads, …] → [batch, groups, heads / groups, …]. */
const inGroups = ({ build }: NodeContext, x: Value, groups: number, heads: number): Value =>
  build.reshape(x, [x.shape[0]!, groups, heads / groups, ...x.shape.slice(2)]);

/** What of the scores a second output of the node shows, by its attribute. */
const stages = ['scores', 'capped', 'biased', 'weights'] as const;

const softcapped = (cap: number, x: Expression): Expression =>
  cap > 0 ? binary('multiply', unary('tanh', binary('divide', x, scalar(cap))), scalar(cap)) : x;

/** softmax(Q · Kᵀ · scale + bias) · V, with as many heads of keys as divide those of queries. */
const attention: Expand = (context, inputs) => {
  const { build } = context;
  const [query, key, value] = [0, 1, 2].map((at) => context.input(inputs, at)) as [Value, Value, Value];
  const [, , , mask, pastKey, pastValue, valid] = inputs;
  const heads = headsOf(context, query, 'q_num_heads');
  const groups = headsOf(context, key, 'kv_num_heads');
  if (groups < 1 || heads % groups !== 0) {
    throw new ImportError('shape', build.subject, `${heads} heads of queries do not divide into ${groups} of keys`);
  }
  const joined = (past: Value | undefined, now: Value): Value =>
    past ? build.op({ kind: 'concat', axis: 2 }, [past, now]) : now;
  const k = joined(pastKey, inHeads(context, key, groups));
  const v = joined(pastValue, inHeads(context, value, groups));
  const [batch, queries, size] =
    query.shape.length === 4
      ? [query.shape[0]!, query.shape[2]!, query.shape[3]!]
      : [query.shape[0]!, query.shape[1]!, floorDiv(query.shape[2]!, heads)];
  const scale = context.has('scale') ? context.float('scale') : undefined;
  if (scale === undefined && typeof size !== 'number')
    return context.unsupported('the size of a head must be known when compiling');
  const options = {
    heads,
    groups,
    scale: scale ?? 1 / Math.sqrt(size as number),
    softcap: context.float('softcap', 0),
    past: pastKey ? pastKey.shape[2]! : 0,
  };
  const isCausal = context.flag('is_causal');
  const biasOf = (hidesLater: boolean): Value | undefined =>
    attentionBias(context, {
      mask,
      isCausal: hidesLater,
      past: options.past,
      valid,
      batch,
      queries,
      keys: k.shape[2]!,
    });
  if (context.wants(3)) {
    const isHiding = mask !== undefined || valid !== undefined;
    const { output, shown } = inSteps(context, options, [query, k, v], biasOf(isCausal), isHiding);
    return [output, k, v, shown];
  }
  // How many keys are no padding decides what a causal query sees; else the op knows.
  const isBias = valid !== undefined;
  const bias = biasOf(isCausal && isBias);
  const op = {
    ...options,
    kind: 'attention',
    softcap: options.softcap > 0 ? options.softcap : null,
    past: isCausal && !isBias ? options.past : null,
  } as const;
  const keys = pastKey ? k : key;
  const values = pastValue ? v : value;
  return [build.op(op, [query, keys, values, ...(bias ? [bias] : [])]), k, v];
};

interface Options {
  readonly heads: number;
  readonly groups: number;
  readonly scale: number;
  /** Above 0 where scores are capped. */
  readonly softcap: number;
}

/** Attention step by step, for what the node shows of the scores. Keys and values are in heads. */
function inSteps(
  context: NodeContext,
  { heads, groups, scale, softcap }: Options,
  [query, k, v]: readonly [Value, Value, Value],
  bias: Value | undefined,
  isHiding: boolean,
): { readonly output: Value; readonly shown: Value } {
  const { build } = context;
  const q = inHeads(context, query, heads);
  const isShared = groups !== heads;
  const grouped = (x: Value): Value => (isShared ? inGroups(context, x, groups, heads) : x);
  const repeated = (x: Value): Value =>
    isShared ? build.reshape(x, [x.shape[0]!, groups, 1, ...x.shape.slice(2)]) : x;
  const product = (left: Value, right: Value, transposeRight: boolean): Value => {
    const y = build.op({ kind: 'matmul', transposeRight }, [grouped(left), repeated(right)]);
    return isShared ? build.reshape(y, [q.shape[0]!, heads, ...y.shape.slice(3)]) : y;
  };
  const scores = build.elementwise(binary('multiply', element(0), scalar(scale)), product(q, k, true));
  const capped = softcap > 0 ? build.elementwise(softcapped(softcap, element(0)), scores) : scores;
  const biased = bias ? build.binary('add', capped, bias) : capped;
  const softmax = build.op({ kind: 'softmax', axis: 3, log: false }, [biased]);
  const weights = bias && isHiding ? withoutHidden(context, softmax, bias) : softmax;
  const y = product(weights, v, false);
  const output = query.shape.length === 4 ? y : sideBySide(context, y);
  const shown = { scores, capped, biased, weights }[stages[context.int('qk_matmul_output_mode', 0)] ?? 'scores'];
  return { output, shown };
}

/** The weights of queries that see no key are 0. */
function withoutHidden({ build }: NodeContext, weights: Value, bias: Value): Value {
  const last = bias.shape.length - 1;
  const most = build.op({ kind: 'reduce', fn: 'maximum', axes: [last] }, [bias]);
  const kept = build.reshape(most, [...bias.shape.slice(0, -1), 1]);
  const expression = {
    kind: 'select',
    fn: 'equal',
    left: element(1),
    right: scalar(-Infinity),
    yes: scalar(0),
    no: element(0),
  } as const;
  return build.elementwise(expression, weights, kept);
}

/** [batch, heads, length, size] → [batch, length, heads · size] */
function sideBySide({ build }: NodeContext, x: Value): Value {
  const [batch, heads, length, size] = x.shape as [Dim, Dim, Dim, Dim];
  const ordered = build.op({ kind: 'transpose', permutation: [0, 2, 1, 3] }, [x]);
  return build.reshape(ordered, [batch, length, mul(heads, size)]);
}

/** Attention. */
export const attentions: Operators = { Attention: { 23: attention } };
