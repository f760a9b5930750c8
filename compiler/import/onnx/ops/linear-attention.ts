import { element, unary } from '../../../build.js';
import { floorDiv } from '../../../dim.js';
import { ImportError } from '../../../errors.js';
import type { LinearAttentionInput, Value } from '../../../ir.js';
import type { Expand, Operators } from '../define.js';

const rules = ['linear', 'gated', 'delta', 'gated_delta'] as const;

const linearAttention: Expand = (context, inputs) => {
  const { build } = context;
  const [query, key, value] = [0, 1, 2].map((at) => context.input(inputs, at)) as [Value, Value, Value];
  const [, , , past, decay, beta] = inputs;
  const rule = context.oneOf('update_rule', rules, 'gated_delta');
  const [heads, groups] = [context.int('q_num_heads'), context.int('kv_num_heads')];
  if (groups < 1 || heads < 1 || heads % groups !== 0) {
    throw new ImportError('attribute', build.subject, `q_num_heads ${heads} do not divide into kv_num_heads ${groups}`);
  }
  const given: readonly (readonly [LinearAttentionInput, Value | undefined, boolean])[] = [
    ['decay', decay, rule.startsWith('gated')],
    ['beta', beta, rule.endsWith('delta')],
  ];
  for (const [name, input, isNeeded] of given) {
    if (isNeeded === (input !== undefined)) continue;
    const what = `update_rule ${rule} ${isNeeded ? 'needs' : 'has no'} ${name}`;
    throw new ImportError('input', build.subject, what);
  }
  const own = context.float('scale', 0);
  const size = floorDiv(query.shape.at(-1)!, heads);
  if (own === 0 && typeof size !== 'number')
    return context.unsupported('the size of a head must be known when compiling');
  const scale = own === 0 ? 1 / Math.sqrt(size as number) : own;
  // The state decays by factors, of which the input has the logarithms.
  const factors = decay && build.elementwise(unary('exp', element(0)), decay);
  const optional: LinearAttentionInput[] = [];
  const values: Value[] = [];
  const add = (name: LinearAttentionInput, input: Value | undefined): void => {
    if (!input) return;
    optional.push(name);
    values.push(input);
  };
  add('state', past);
  add('decay', factors);
  add('beta', beta);
  return build.outputsOf({ kind: 'linearAttention', heads, groups, scale, optional }, [query, key, value, ...values]);
};

/** Attention without softmax. */
export const linearAttentions: Operators = { LinearAttention: { 27: linearAttention } };
