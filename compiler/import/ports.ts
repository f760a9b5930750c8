import { symbol, symbolsOf, type Dim } from '../dim.js';
import { ImportError, OptionError } from '../errors.js';
import type { Port, SymbolInfo, Value } from '../ir.js';
import type { DimOption } from '../lower/index.js';
import { didYouMean } from '../suggest.js';
import type { DType } from '../tensor.js';

/** A size: a number, a name, or nothing said. */
export type ModelDim = number | string | null;

/** An input or an output of a model, as its file has it. */
export interface ModelPort {
  readonly name: string;
  /** What the file calls its type. */
  readonly type: string;
  /** Undefined for types that nacre has not. */
  readonly dtype: DType | undefined;
  /** Undefined where not even the rank is told. */
  readonly shape: readonly ModelDim[] | undefined;
}

export const portOf = (name: string, value: Value): Port => ({ name, value, axes: value.shape.map(() => '') });

const MOST = 0xffffffff;

interface Symbol {
  readonly name: string;
  readonly input: string;
  readonly axis: number;
}

/** The open sizes of a model's inputs: by the names that it gives them, others by input and axis, `x[0]`. */
export class InputSymbols {
  private readonly symbols = new Map<string, Symbol>();

  constructor(private readonly dims: Readonly<Record<string, DimOption>>) {}

  /**
   * The sizes of an input, those that options fix as numbers.
   *
   * @throws ImportError for one whose dtype nacre does not store, or whose rank is not told
   */
  typeOf({ name, dtype, type, shape }: ModelPort): { readonly dtype: DType; readonly shape: readonly Dim[] } {
    if (dtype === undefined) throw new ImportError('dtype', name, `is ${type}, which nacre does not store`);
    if (shape === undefined) throw new ImportError('shape', name, 'has no shape; not even its rank is told');
    const sizes = shape.map((size, axis): Dim => {
      if (typeof size === 'number') return size;
      const known = size ?? `${name}[${axis}]`;
      const option = Object.hasOwn(this.dims, known) ? this.dims[known] : undefined;
      if (typeof option === 'number') return option;
      if (!this.symbols.has(known)) this.symbols.set(known, { name: known, input: name, axis });
      return symbol(known);
    });
    return { dtype, shape: sizes };
  }

  /** @throws OptionError for dims that no input has */
  check(inputs: readonly ModelPort[]): void {
    const names = inputs.flatMap(({ name, shape }) =>
      (shape ?? []).flatMap((size, axis) => (typeof size === 'number' ? [] : [size ?? `${name}[${axis}]`])),
    );
    for (const name of Object.keys(this.dims)) {
      if (names.includes(name)) continue;
      const known = [...new Set(names)];
      const hint = didYouMean(name, known) || (known.length === 0 ? '' : `; it has ${known.join(', ')}`);
      throw new OptionError('dims', 'dims', `the model has no dim '${name}'${hint}`);
    }
  }

  /** Those that inputs carry. */
  infos(inputs: readonly Port[]): SymbolInfo[] {
    const present = new Set(inputs.flatMap(({ value }) => value.shape.flatMap((dim) => [...symbolsOf(dim)])));
    return [...this.symbols.values()].filter(({ name }) => present.has(name)).map((each) => this.info(each));
  }

  private info({ name, input, axis }: Symbol): SymbolInfo {
    const option = this.dims[name];
    const { min = 1, max = MOST, typical } = typeof option === 'object' ? option : {};
    const usual = typical ?? (axis === 0 ? 1 : 64);
    return { name, kind: 'free', input, axis, min, max, typical: Math.min(Math.max(usual, min), max) };
  }
}
