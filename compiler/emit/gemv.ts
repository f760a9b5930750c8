import type { Expression } from '../ir.js';
import type { KernelCall } from '../plan/types.js';
import { i32, none, v128, type Ref } from './binaryen.js';
import { Locals } from './code.js';
import type { Linker } from './linker.js';

/**
 * Panels of eight columns that one pass over x computes: the more there are, the fewer loads of x, and the longer until an
 * accumulator is needed again. Engines with relaxed SIMD keep the order of the loads, so that twelve accumulators leave registers
 * for them. Node 20 hoists all loads of a step above its arithmetic: four panels spill, 784 × 500 takes 39 µs, with three 17.5.
 */
const panelsOf = ({ relaxed }: Linker): number => (relaxed ? 6 : 3);

export interface Shape {
  readonly k: number;
  readonly n: number;
}

/** A matrix product with one row whose body is generated; `gemv` of the library has the same parameters and two sizes. */
export function generatedGemv(linker: Linker, call: KernelCall): string {
  const [k, n] = call.args.slice(5).map((arg) => (arg.kind === 'size' ? arg.size : 0)) as [number, number];
  return gemvOf(linker, { k, n }, call.epilogue);
}

/**
 * The function of y[n] = epilogue(x[k] · w), w in panels [⌈n/8⌉][k][8], for sizes known when compiling, over the addresses
 * (x, w, y, bias, residual); calls of the same sizes and epilogue share one. Sums run in the order of the library's products,
 * so that a row does not depend on the batch it is in.
 */
export function gemvOf(linker: Linker, { k, n }: Shape, expression: Expression | null): string {
  const epilogue = linker.epilogue(expression);
  return linker.once(`gemv ${k} ${n} ${epilogue}`, 'gemv', (name) => emitGemv(linker, name, { k, n }, epilogue));
}

function emitGemv(linker: Linker, name: string, { k, n }: Shape, epilogue: string): void {
  const { module } = linker;
  const panels = panelsOf(linker);
  const params = [i32, i32, i32, i32, i32];
  const locals = new Locals(module, params);
  const [x, w, y, bias, residual] = params.map((_, index) => locals.parameter(index)) as [
    ReturnType<Locals['make']>,
    ReturnType<Locals['make']>,
    ReturnType<Locals['make']>,
    ReturnType<Locals['make']>,
    ReturnType<Locals['make']>,
  ];
  const [at, end, splat] = [locals.make(i32), locals.make(i32), locals.make(v128)];
  const accumulators = Array.from({ length: 2 * panels }, () => locals.make(v128));
  const plus = (local: ReturnType<Locals['make']>, bytes: number): Ref =>
    bytes === 0 ? local.get() : module.i32.add(local.get(), module.i32.const(bytes));
  const advance = (local: ReturnType<Locals['make']>, bytes: number): Ref => local.set(plus(local, bytes));
  let labels = 0;

  /** `vectors` of four columns from the places the pointers are at. The last may reach past n, into the padding of y. */
  const group = (vectors: number): Ref[] => {
    const used = accumulators.slice(0, vectors);
    const label = `k${labels++}`;
    const products = used.map((sum, index) => {
      const offset = (index >> 1) * k * 32 + (index & 1) * 16;
      return sum.set(linker.multiplyAdd(splat.get(), module.v128.load(offset, 16, w.get()), sum.get()));
    });
    const zero = (): Ref => module.v128.const(new Array<number>(16).fill(0));
    return [
      ...used.map((sum) => sum.set(zero())),
      ...(k === 0
        ? []
        : [
            at.set(x.get()),
            end.set(plus(x, 4 * k)),
            module.loop(
              label,
              module.block(null, [
                splat.set(module.v128.load32_splat(0, 4, at.get())),
                ...products,
                advance(w, 32),
                module.br_if(label, module.i32.lt_u(at.tee(plus(at, 4)), end.get())),
              ]),
            ),
          ]),
      ...used.map((sum, index) => {
        const args = [sum.get(), plus(bias, 16 * index), plus(residual, 16 * index)];
        return module.v128.store(16 * index, 16, y.get(), module.call(epilogue, args, v128));
      }),
    ];
  };

  const vectors = Math.ceil(n / 4);
  const groups = Math.floor(vectors / (2 * panels));
  const rest = vectors - groups * 2 * panels;
  const next = [
    // One pass has walked the first panel; the next group starts after the others.
    advance(w, (panels - 1) * k * 32),
    ...[y, bias, residual].map((pointer) => advance(pointer, 32 * panels)),
  ];
  const body: Ref[] = [];
  if (groups > 1) {
    const last = locals.make(i32);
    body.push(
      last.set(plus(y, groups * 32 * panels)),
      module.loop(
        'groups',
        module.block(null, [
          ...group(2 * panels),
          ...next,
          module.br_if('groups', module.i32.lt_u(y.get(), last.get())),
        ]),
      ),
    );
  } else if (groups === 1) {
    body.push(...group(2 * panels), ...(rest > 0 ? next : []));
  }
  if (rest > 0) body.push(...group(rest));
  if (body.length === 0) body.push(module.nop());
  linker.add(name, params, none, locals, body);
}
