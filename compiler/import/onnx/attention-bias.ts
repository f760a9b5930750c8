import { sub, type Dim } from '../../dim.js';
import { ImportError } from '../../errors.js';
import * as f from '../../formula.js';
import type { Value } from '../../ir.js';
import type { NodeContext } from './context.js';
import { each } from '../../expand/integers.js';

/** What an attention hides from each query. */
export interface Hiding {
  /** Added to the scores if float32, or whether a query sees a key if bool; broadcast to [batch, heads, queries, keys]. */
  readonly mask: Value | undefined;
  readonly isCausal: boolean;
  /** Keys before those of this call, which come first. */
  readonly past: Dim;
  /** int64 [batch]: how many keys of each sequence are no padding. */
  readonly valid: Value | undefined;
  readonly batch: Dim;
  readonly queries: Dim;
  readonly keys: Dim;
}

const seen = (condition: f.Formula): f.Formula => f.select(condition, f.f32(0), f.f32(-Infinity));

/** A mask as what is added to scores; keys beyond its last axis are hidden. */
function maskBias(context: NodeContext, mask: Value, keys: Dim): Value {
  const { build } = context;
  if (mask.dtype !== 'float32' && mask.dtype !== 'bool') {
    throw new ImportError('dtype', build.subject, `a mask must be bool or float32, got ${mask.dtype}`);
  }
  const own = mask.shape.at(-1)!;
  const added = mask.dtype === 'bool' ? each(context, 'float32', [mask], ([element]) => seen(element!)) : mask;
  const missing = sub(keys, own);
  if (missing === 0) return added;
  const padding = mask.shape.map((_, axis): readonly [Dim, Dim] => [0, axis === mask.shape.length - 1 ? missing : 0]);
  return build.op({ kind: 'pad', padding, value: -Infinity }, [added]);
}

/** What is added to the scores [batch, heads, queries, keys]: −∞ where a query does not see a key. */
export function attentionBias(context: NodeContext, hiding: Hiding): Value | undefined {
  const { build } = context;
  const { mask, isCausal, past, valid, batch, queries, keys } = hiding;
  const parts: Value[] = [];
  if (mask) parts.push(maskBias(context, mask, keys));
  if (valid) {
    const count = f.load(0, [f.axis(0)]);
    const key = f.convert('i64', f.axis(3));
    const known = f.less(key, count);
    // The last query sees all keys that are no padding.
    const first = f.sub(count, f.convert('i64', f.size(queries)));
    const reached = f.compare('lessOrEqual', key, f.add(f.convert('i64', f.axis(2)), first));
    const formula = seen(isCausal ? f.and(known, reached) : known);
    parts.push(build.compute('float32', [batch, 1, isCausal ? queries : 1, keys], formula, valid));
  } else if (isCausal) {
    const reached = f.compare('lessOrEqual', f.axis(1), f.add(f.axis(0), f.size(past)));
    parts.push(build.compute('float32', [queries, keys], seen(reached)));
  }
  return parts.length === 0 ? undefined : parts.reduce((sum, part) => build.binary('add', sum, part));
}
