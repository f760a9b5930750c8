import { f32, i32, readModule, relaxedMultiplyAdd, typesOf, v128, type Ref } from './binaryen.js';
import { Locals, when } from './code.js';

/** As many sums as stay in registers beside the two operands: enough to hide the latency of every addition. */
const CHAINS = 13;
const LANES = 4;

/** Floating-point operations of one step of the loop. */
export const PEAK_OPERATIONS = 2 * LANES * CHAINS;

const EMPTY = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/**
 * A module with `peak(steps, x, y)`: independent chains of `sum · x + y` on registers alone, the limit of 128-bit
 * arithmetic. Fused multiply-adds on the relaxed target. The loop is tested at its top, which keeps engines from
 * unrolling it: unrolled, it runs a tenth slower.
 */
export function emitPeak(relaxed: boolean): Uint8Array {
  const module = readModule(EMPTY, relaxed);
  const { f32x4 } = module;
  const params = [i32, f32, f32];
  const locals = new Locals(module, params);
  const [steps, x, y] = [0, 1, 2].map((index) => locals.parameter(index)) as [Local, Local, Local];
  const [a, b] = [locals.make(v128), locals.make(v128)];
  const sums = Array.from({ length: CHAINS }, () => locals.make(v128));
  const next = (sum: Local): Ref =>
    sum.set(
      relaxed
        ? relaxedMultiplyAdd(module, sum.get(), a.get(), b.get())
        : f32x4.add(f32x4.mul(sum.get(), a.get()), b.get()),
    );
  const body = [
    a.set(f32x4.splat(x.get())),
    b.set(f32x4.splat(y.get())),
    ...sums.map((sum, index) => sum.set((index % 2 === 0 ? a : b).get())),
    module.loop(
      'next',
      when(
        module,
        steps.get(),
        ...sums.map(next),
        steps.set(module.i32.sub(steps.get(), module.i32.const(1))),
        module.br('next'),
      ),
    ),
    f32x4.extract_lane(
      sums.map((sum) => sum.get()).reduce((left, right) => f32x4.add(left, right)),
      0,
    ),
  ];
  module.addFunction('peak', typesOf(...params), f32, locals.types, module.block(null, body, f32));
  module.addFunctionExport('peak', 'peak');
  const binary = module.emitBinary();
  module.dispose();
  return binary;
}

type Local = ReturnType<Locals['make']>;
