import type { Dim } from '../dim.js';
import { isTotal, keyOf } from '../ir.js';
import type { Loop } from '../plan/types.js';
import { i32, none, v128, type Ref } from './binaryen.js';
import { addressRef, Locals, sizeRef, when } from './code.js';
import { emitExpression, hasInlined } from './expression.js';
import type { Linker } from './linker.js';

/** How an operand moves along an axis: not at all, to the next element, or by a stride given when called. */
type Motion = 'still' | 'next' | 'stride';

const motionOf = (stride: Dim): Motion => (stride === 0 ? 'still' : stride === 1 ? 'next' : 'stride');

/** Calls the generated function for a loop nest; nests of the same structure share one. */
export function emitLoop(linker: Linker, loop: Loop, addressOf: (buffer: number) => Dim): Ref {
  const { module } = linker;
  const motions = loop.operands.map(({ strides }) => strides.map(motionOf));
  const tail = typeof loop.sizes.at(-1) !== 'number' || (loop.sizes.at(-1) as number) % 4 !== 0;
  const shape = { rank: loop.sizes.length, motions, tail };
  const key = `loop ${keyOf(loop.expression)} ${JSON.stringify(shape)}`;
  const name = linker.once(key, 'loop', (fresh) => emitNest(linker, fresh, loop, shape));
  const strides = loop.operands.flatMap(({ strides: each }, operand) =>
    each.filter((_, axis) => motions[operand]![axis] === 'stride'),
  );
  return module.call(
    name,
    [
      addressRef(module, addressOf(loop.output)),
      ...loop.operands.map(({ buffer, offset = 0 }) => {
        const start = addressRef(module, addressOf(buffer));
        const bytes = module.i32.shl(sizeRef(module, offset), module.i32.const(2));
        return offset === 0 ? start : module.i32.add(start, bytes);
      }),
      ...[...loop.sizes, ...strides].map((size) => sizeRef(module, size)),
    ],
    none,
  );
}

interface NestShape {
  readonly rank: number;
  readonly motions: readonly (readonly Motion[])[];
  /** Whether the innermost size may not be a multiple of four. */
  readonly tail: boolean;
}

/** Parameters: output, operands, sizes, strides of the axes that need one (operand by operand). */
function emitNest(linker: Linker, name: string, loop: Loop, { rank, motions, tail }: NestShape): void {
  const { module } = linker;
  const operands = motions.length;
  const strideCount = motions.flat().filter((motion) => motion === 'stride').length;
  const params = new Array<number>(1 + operands + rank + strideCount).fill(i32);
  const locals = new Locals(module, params);
  const output = locals.parameter(0);
  const sizeOf = (axis: number): Ref => locals.parameter(1 + operands + axis).get();
  let nextStride = 1 + operands + rank;
  const strideParameters = motions.map((axes) => axes.map((motion) => (motion === 'stride' ? nextStride++ : -1)));
  const constants = new Map<string, ReturnType<Locals['make']>>();
  const prologue: Ref[] = [];
  const constant = (value: number): Ref => {
    const key = keyOf({ kind: 'constant', value });
    let local = constants.get(key);
    if (!local) {
      local = locals.make(v128);
      constants.set(key, local);
      prologue.push(local.set(module.f32x4.splat(module.f32.const(value))));
    }
    return local.get();
  };
  const step = (pointer: ReturnType<Locals['make']>, operand: number, axis: number): Ref[] => {
    const motion = motions[operand]![axis];
    if (motion === 'still') return [];
    const bytes =
      motion === 'next'
        ? module.i32.const(4)
        : module.i32.shl(locals.parameter(strideParameters[operand]![axis]!).get(), module.i32.const(2));
    return [pointer.set(module.i32.add(pointer.get(), bytes))];
  };
  let labels = 0;
  const repeat = (condition: Ref, body: Ref[]): Ref => {
    const label = `loop${labels++}`;
    return module.loop(label, when(module, condition, ...body, module.br(label)));
  };

  const innermost = (pointers: readonly ReturnType<Locals['make']>[]): Ref[] => {
    const axis = rank - 1;
    const vector = motions.every((axes) => axes[axis] !== 'stride') && isTotal(loop.expression);
    const code: Ref[] = [];
    const fixed = pointers.map((pointer, operand) => {
      if (motions[operand]![axis] !== 'still') return null;
      const local = locals.make(v128);
      code.push(local.set(module.v128.load32_splat(0, 4, pointer.get())));
      return local;
    });
    const value = (before: Ref[], { repeats = true, offset = 0 } = {}): Ref =>
      emitExpression(linker, locals, loop.expression, {
        constant,
        before,
        repeats,
        lanes: vector ? 4 : 1,
        input: (operand) =>
          fixed[operand]?.get() ??
          (vector
            ? module.v128.load(offset, 4, pointers[operand]!.get())
            : module.v128.load32_splat(0, 4, pointers[operand]!.get())),
      });
    const end = locals.make(i32);
    const bytes = (count: Ref): Ref => module.i32.shl(count, module.i32.const(2));
    const below = (): Ref => module.i32.lt_u(output.get(), end.get());
    if (!vector) {
      const body: Ref[] = [];
      const result = value(body);
      body.push(
        module.v128.store32_lane(0, 4, 0, output.get(), result),
        output.set(module.i32.add(output.get(), module.i32.const(4))),
        ...pointers.flatMap((pointer, operand) => step(pointer, operand, axis)),
      );
      code.push(end.set(module.i32.add(output.get(), bytes(sizeOf(axis)))), repeat(below(), body));
      return code;
    }
    // A lone row may run to the end of its last vector: buffers are multiples of sixteen bytes.
    const lone = rank === 1;
    const whole = lone
      ? module.i32.and(module.i32.add(sizeOf(axis), module.i32.const(3)), module.i32.const(-4))
      : module.i32.and(sizeOf(axis), module.i32.const(-4));
    const moving = [output, ...pointers.filter((_, operand) => motions[operand]![axis] === 'next')];
    const vectors = (count: number): Ref[] => {
      const body: Ref[] = [];
      const results = Array.from({ length: count }, (_, at) => {
        const result = value(body, { offset: 16 * at });
        if (count === 1) return result;
        const local = locals.make(v128);
        body.push(local.set(result));
        return local.get();
      });
      body.push(...results.map((result, at) => module.v128.store(16 * at, 4, output.get(), result)));
      body.push(...moving.map((pointer) => pointer.set(module.i32.add(pointer.get(), module.i32.const(16 * count)))));
      return body;
    };
    code.push(end.set(module.i32.add(output.get(), bytes(whole))));
    if (hasInlined(linker, loop.expression)) {
      const two = module.i32.gt_u(module.i32.sub(end.get(), output.get()), module.i32.const(16));
      code.push(repeat(two, vectors(2)), when(module, below(), ...vectors(1)));
    } else {
      code.push(repeat(below(), vectors(1)));
    }
    if (!lone && tail) {
      const rest = locals.make(i32);
      const last: Ref[] = [];
      const lanes = value(last, { repeats: false });
      last.push(
        linker.call('storeLanes', [output.get(), lanes, rest.get()]),
        output.set(module.i32.add(output.get(), bytes(rest.get()))),
      );
      code.push(rest.set(module.i32.and(sizeOf(axis), module.i32.const(3))), when(module, rest.get(), ...last));
    }
    return code;
  };

  const nest = (axis: number, pointers: readonly ReturnType<Locals['make']>[]): Ref[] => {
    if (axis === rank - 1) return innermost(pointers);
    const count = locals.make(i32);
    const inner = pointers.map(() => locals.make(i32));
    return [
      count.set(sizeOf(axis)),
      repeat(count.get(), [
        ...inner.map((pointer, operand) => pointer.set(pointers[operand]!.get())),
        ...nest(axis + 1, inner),
        ...pointers.flatMap((pointer, operand) => step(pointer, operand, axis)),
        count.set(module.i32.sub(count.get(), module.i32.const(1))),
      ]),
    ];
  };
  const body = nest(
    0,
    Array.from({ length: operands }, (_, operand) => locals.parameter(1 + operand)),
  );
  linker.add(name, params, none, locals, [...prologue, ...body]);
}
