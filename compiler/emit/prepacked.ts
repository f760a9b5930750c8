import { prepack, prepackingOf } from '../plan/prepacked.js';
import { bytesOf } from '../plan/stored.js';
import { packingFields, type KernelPlan, type Packing, type PlannedVariable } from '../plan/types.js';
import { i32, type Ref } from './binaryen.js';
import { Locals, when } from './code.js';
import type { Linker } from './linker.js';
import { field, packingRefs, setField, wideField } from './variable.js';

const OFFSET = 'prepackedOffset';

/**
 * Emits, for plans with variables whose values travel packed, the function (element) that says how many bytes from the
 * start of the packed values of the located variable an element of the canonical layout stands.
 */
export function emitPrepackedOffset(linker: Linker, plan: KernelPlan): void {
  if (plan.variables.every((planned) => prepackingOf(planned) === null)) return;
  const { module } = linker;
  const locals = new Locals(module, [i32]);
  const element = locals.parameter(0);
  const column = locals.make(i32);
  const of = (name: keyof Packing): Ref => packingRefs(linker, plan)[packingFields.indexOf(name)]!;
  const constant = (value: number): Ref => module.i32.const(value);
  /** Which of `size` steps of `stride` elements it is; strides of a single step may be 0. */
  const digit = (size: keyof Packing, stride: keyof Packing): Ref =>
    module.if(
      module.i32.eq(of(size), constant(1)),
      constant(0),
      module.i32.rem_u(module.i32.div_u(element.get(), of(stride)), of(size)),
    );
  const nest = (outer: Ref, size: Ref, inner: Ref): Ref => module.i32.add(module.i32.mul(outer, size), inner);
  const panels = module.i32.shr_u(module.i32.add(of('n'), constant(7)), constant(3));
  const panel = nest(digit('groups', 'groupStride'), panels, module.i32.shr_u(column.get(), constant(3)));
  const row = nest(nest(panel, of('taps'), digit('taps', 'tapStride')), of('k'), digit('k', 'strideK'));
  const at = nest(row, constant(8), module.i32.and(column.get(), constant(7)));
  linker.add(OFFSET, [i32], i32, locals, [column.set(digit('n', 'strideN')), module.i32.mul(at, constant(4))]);
}

/**
 * What a variable whose values travel packed is filled with, and how. `store` finds nothing left to pack; where
 * nothing is packed, `count` elements from `first` on go to their canonical place one by one.
 */
export function fillPrepacked(
  linker: Linker,
  plan: KernelPlan,
  planned: PlannedVariable,
  segment: string,
  locals: Locals,
): { readonly payload: Uint8Array; readonly fill: Ref[] } | undefined {
  const packing = prepackingOf(planned);
  if (!packing || planned.filling.kind !== 'values') return undefined;
  const { module } = linker;
  const payload = bytesOf(prepack(planned.filling.values.data as Float32Array, packing));
  const [start, size, width] = [0, payload.length, 4].map((bytes) => module.i32.const(bytes)) as [Ref, Ref, Ref];
  const whole = module.block(null, [
    module.memory.init(segment, field(linker, 'packed'), start, size),
    setField(linker, 'packed', module.i32.const(0)),
  ]);
  const at = locals.make(i32);
  const place = module.i32.add(field(linker, 'target'), module.i32.shl(at.get(), module.i32.const(2)));
  const element = module.i32.add(module.i32.wrap(wideField(linker, 'first')), at.get());
  const some = module.block(null, [
    at.set(module.i32.const(0)),
    module.loop(
      segment,
      when(
        module,
        module.i32.lt_u(at.get(), field(linker, 'count')),
        module.memory.init(segment, place, module.call(OFFSET, [element], i32), width),
        at.set(module.i32.add(at.get(), module.i32.const(1))),
        module.br(segment),
      ),
    ),
  ]);
  return { payload, fill: [module.if(field(linker, 'packed'), whole, some)] };
}
