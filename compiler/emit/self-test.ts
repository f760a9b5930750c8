import { Status, type ManifestSelfTest } from '../../runtime/manifest.js';
import type { KernelPlan } from '../plan/types.js';
import { bytesPerElement, type DType, type Tensor } from '../tensor.js';
import { f32, i32, none, type Ref } from './binaryen.js';
import { Locals, sizeRef, when } from './code.js';
import type { Target } from './library.js';
import type { Linker } from './linker.js';
import { join } from './splice.js';

/** Inputs of a model and what it makes of them on the baseline target, in the order of its ports. */
export interface SelfTest {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
}

/** How far floats may be from the expected ones, as a share of 1 + the largest magnitude expected; 0 for the same bits. */
const tolerances: Readonly<Record<Target, number>> = { baseline: 0, relaxed: 1e-5 };

/** What the second word of the table says where sizes of an output differ. */
export const SIZES_DIFFER = 0xffffffff;

export const describeSelfTest = ({ inputs }: SelfTest, target: Target): ManifestSelfTest => ({
  inputs: inputs.map(({ shape }) => shape),
  tolerance: tolerances[target],
});

const bytesOf = ({ data }: Tensor): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** The most that a float of an output may be away from the expected one. */
function boundOf({ data }: Tensor, tolerance: number): number {
  let largest = 0;
  for (const value of data as Float32Array) {
    if (Math.abs(value) > largest && Math.abs(value) < Infinity) largest = Math.abs(value);
  }
  return Math.fround(tolerance * (1 + largest));
}

/**
 * `selfTest()`: settles the sizes of the test, initializes all variables under the module's seed, runs `forward` on the
 * inputs of the segment and compares the outputs with those behind them; `assertSelfTest()` traps unless that is well.
 * What layers keep between calls is zero before and after.
 *
 * @returns the bytes of the segment
 */
export function emitSelfTest(
  linker: Linker,
  plan: KernelPlan,
  test: SelfTest,
  { segment, seed, target }: { readonly segment: string; readonly seed: bigint; readonly target: Target },
): Uint8Array {
  const { module } = linker;
  const { tableAddress, table, states } = plan.memory;
  const locals = new Locals(module);
  const status = locals.make(i32);
  const constant = (value: number | bigint): Ref => module.i32.const(Number(value) | 0);
  const must = (ref: Ref): Ref => when(module, status.tee(ref), module.return(status.get()));
  const reset = (): Ref[] => (states ? [module.call('reset', [], none)] : []);
  const parts = [...test.inputs, ...test.outputs].map(bytesOf);
  const offsetOf = (part: number): number => parts.slice(0, part).reduce((sum, { length }) => sum + length, 0);

  const body: Ref[] = [];
  test.inputs.forEach(({ shape }, index) => {
    shape.forEach((size, axis) => {
      const at = constant(tableAddress + table.inputs[index]! + 4 + 4 * axis);
      body.push(module.i32.store(0, 4, at, constant(size)));
    });
  });
  body.push(
    must(module.call('infer', [], i32)),
    ...reset(),
    must(module.call('initialize', [constant(seed & 0xffffffffn), constant(seed >> 32n), constant(1)], i32)),
  );
  plan.inputs.forEach(({ buffer }, index) => {
    const place = sizeRef(module, plan.buffers[buffer]!.address);
    body.push(module.memory.init(segment, place, constant(offsetOf(index)), constant(parts[index]!.length)));
  });
  body.push(must(module.call('forward', [], i32)), ...reset());
  plan.outputs.forEach(({ buffer, dtype, shape }, index) => {
    const expected = test.outputs[index]!;
    const part = test.inputs.length + index;
    shape.forEach((size, axis) => {
      if (typeof size === 'number') return;
      const word = module.i32.load(0, 4, constant(tableAddress + table.outputs[index]! + 4 + 4 * axis));
      body.push(
        when(
          module,
          module.i32.ne(word, constant(expected.shape[axis]!)),
          module.i32.store(0, 4, constant(tableAddress), constant(index)),
          module.i32.store(4, 4, constant(tableAddress), constant(SIZES_DIFFER)),
          module.return(constant(Status.mismatch)),
        ),
      );
    });
    const near = dtype === 'float32' && tolerances[target] > 0;
    const compare = linker.once(`compare ${dtype}`, 'compare', (name) => {
      emitCompare(linker, name, dtype, { tableAddress, segment, near });
    });
    const args = [
      ...[constant(index), sizeRef(module, plan.buffers[buffer]!.address)],
      ...[constant(offsetOf(part)), constant(expected.data.length)],
      module.f32.const(near ? boundOf(expected, tolerances[target]) : 0),
    ];
    body.push(must(module.call(compare, args, i32)));
  });
  linker.add('selfTest', [], i32, locals, [...body, constant(Status.ok)], 'straight');
  linker.add('assertSelfTest', [], none, new Locals(module), [
    when(module, module.call('selfTest', [], i32), module.unreachable()),
  ]);
  return join(parts);
}

interface Comparing {
  readonly tableAddress: number;
  readonly segment: string;
  /** Floats may differ by the bound; or else their bits must be the same, all of NaN alike. */
  readonly near: boolean;
}

/**
 * `compare(output, address, offset, count, bound)`: the elements at an address against those of the segment. Each expected
 * one is copied into the table's words for failures, the only memory that nothing else needs then.
 */
function emitCompare(linker: Linker, name: string, dtype: DType, { tableAddress, segment, near }: Comparing): void {
  const { module } = linker;
  const params = [i32, i32, i32, i32, f32];
  const locals = new Locals(module, params);
  const [output, address, offset, count, bound] = params.map((_, index) => locals.parameter(index));
  const position = locals.make(i32);
  const width = bytesPerElement(dtype);
  const number = (value: number): Ref => module.i32.const(value);
  const add = (local: ReturnType<Locals['make']>, amount: number): Ref =>
    local.set(module.i32.add(local.get(), number(amount)));
  const staged = tableAddress + (width === 8 ? 4 : 8);
  const [got, expected] = [(): Ref => address!.get(), (): Ref => number(staged)];

  const isNaN = (at: () => Ref): Ref =>
    module.i32.gt_u(module.i32.and(module.i32.load(0, 4, at()), number(0x7fffffff)), number(0x7f800000));
  const differs = (): Ref => {
    if (width === 1) return module.i32.ne(module.i32.load8_u(0, 1, got()), module.i32.load8_u(0, 1, expected()));
    if (width === 8) return module.i64.ne(module.i64.load(0, 4, got()), module.i64.load(0, 4, expected()));
    const words = module.i32.ne(module.i32.load(0, 4, got()), module.i32.load(0, 4, expected()));
    if (dtype !== 'float32') return words;
    const bothNaN = module.i32.and(isNaN(got), isNaN(expected));
    if (!near) return module.i32.and(words, module.i32.eqz(bothNaN));
    const [a, e] = [(): Ref => module.f32.load(0, 4, got()), (): Ref => module.f32.load(0, 4, expected())];
    const within = module.f32.le(module.f32.abs(module.f32.sub(a(), e())), bound!.get());
    return module.i32.eqz(module.i32.or(module.i32.or(within, module.f32.eq(a(), e())), bothNaN));
  };
  const low = width === 1 ? module.i32.load8_u(0, 1, expected()) : module.i32.load(0, 4, expected());

  const refuse = when(
    module,
    differs(),
    module.i32.store(8, 4, number(tableAddress), low),
    module.i32.store(4, 4, number(tableAddress), position.get()),
    module.i32.store(0, 4, number(tableAddress), output!.get()),
    module.return(number(Status.mismatch)),
  );
  const loop = module.loop(
    'elements',
    module.block(null, [
      module.br_if('compared', module.i32.ge_u(position.get(), count!.get())),
      module.memory.init(segment, number(staged), offset!.get(), number(width)),
      refuse,
      ...[add(offset!, width), add(address!, width), add(position, 1)],
      module.br('elements'),
    ]),
  );
  linker.add(name, params, i32, locals, [module.block('compared', [loop], none), number(Status.ok)]);
}
