import { bytesOf, decoderOf, integerCodes, isWide, scaleBytes, scaleTable, storedWidth } from '../plan/stored.js';
import { channelsOf, type StoredValues } from '../stored.js';
import type { Ref } from './binaryen.js';
import type { Linker } from './linker.js';
import { join } from './splice.js';
import { field, wideField } from './variable.js';

/** What travels with the module: the table of scales, if there is one, then the values. */
export function payloadOf(values: StoredValues): Uint8Array {
  const data = bytesOf(values.data);
  return 'scale' in values ? join([scaleTable(values), data]) : data;
}

/**
 * Copies values of a passive segment, from element `first` of the located variable on, to the end of its place, and the
 * scales to scratch memory.
 */
export function copyStored(linker: Linker, values: StoredValues, segment: string): Ref[] {
  const { module } = linker;
  const width = storedWidth(values);
  const head = scaleBytes(values);
  const times = (ref: Ref, factor: number): Ref => (factor === 1 ? ref : module.i32.mul(ref, module.i32.const(factor)));
  const plus = (ref: Ref, offset: Ref, some = true): Ref => (some ? module.i32.add(ref, offset) : ref);
  const count = (): Ref => field(linker, 'count');
  const first = times(module.i32.wrap(wideField(linker, 'first')), width);
  const elements = module.memory.init(
    segment,
    plus(field(linker, 'target'), times(count(), 4 - width), width < 4),
    plus(first, module.i32.const(head), head > 0),
    times(count(), width),
  );
  if (head === 0) return [elements];
  const scales = module.memory.init(segment, field(linker, 'scratch'), module.i32.const(0), module.i32.const(head));
  return [scales, elements];
}

/** Decodes what `copyStored` has copied. */
export function decodeStored(linker: Linker, values: StoredValues): Ref[] {
  const kernel = decoderOf(values);
  if (kernel === undefined) return [];
  const { module } = linker;
  const place = [field(linker, 'target'), field(linker, 'count')];
  if (!('scale' in values)) return [linker.call(kernel, place)];
  const { channels, inner } = channelsOf(values);
  const [type, wide] = [integerCodes[values.dtype], isWide(values) ? 1 : 0].map((code) => module.i32.const(code));
  const sizes = [Math.max(1, channels), inner].map((size) => module.i32.const(size));
  const first = module.i32.wrap(wideField(linker, 'first'));
  return [linker.call(kernel, [...place, type!, wide!, field(linker, 'scratch'), ...sizes, first])];
}
