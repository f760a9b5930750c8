import type { Dim } from '../dim.js';
import { ImportError } from '../errors.js';
import type { Value } from '../ir.js';
import type { Scalar } from '../ops/fraction.js';
import { volume, type DType, type Tensor } from '../tensor.js';
import type { FoldingBuild } from './fold.js';

/** Why a node cannot be expanded. */
export class Unsupported extends Error {}

/** A node of another framework's graph while it is expanded: what is known of its inputs, and where its ops go. */
export abstract class ExpandContext {
  constructor(readonly build: FoldingBuild) {}

  /** A tensor that must be there. */
  abstract input(inputs: readonly (Value | undefined)[], index: number): Value;

  /** Refuses the node. */
  unsupported(reason: string): never {
    throw new Unsupported(reason);
  }

  /** What a value is known to be when compiling. */
  constantOf(value: Value | undefined): Tensor | undefined {
    return value && this.build.tensorOf(value);
  }

  /** The elements that an input must be known to have. */
  numbers(value: Value, what: string): readonly number[] {
    const tensor = this.constantOf(value);
    if (tensor) return Array.from(tensor.data as ArrayLike<number | bigint>, toNumber);
    return this.unsupported(`${what} must be known when compiling`);
  }

  /** The only element that an input must be known to have; what is absent gives `otherwise`. */
  number(value: Value | undefined, what: string, otherwise: number): number {
    if (!value) return otherwise;
    const numbers = this.numbers(value, what);
    if (numbers.length === 1) return numbers[0]!;
    throw new ImportError('input', this.build.subject, `${what} must be one number, got ${numbers.length}`);
  }

  /** The integers that an input must be known to have, some of which may be sizes that only a call tells. */
  sizes(value: Value, what: string): readonly Dim[] {
    return this.build.sizesOf(value) ?? this.unsupported(`${what} must be known when compiling, or follow from sizes`);
  }

  /** Places along axes that a value is known to hold, which may be sizes; those beyond ±2⁵³, which mean an end, are cut. */
  positionsOf(value: Value): readonly Dim[] | undefined {
    return this.constantOf(value) ? this.numbers(value, 'positions') : this.build.sizesOf(value);
  }

  /** The numbers that an input must be known to have, which may be quotients of sizes that only a call tells. */
  ratios(value: Value, what: string): readonly Scalar[] {
    return this.build.ratiosOf(value) ?? this.unsupported(`${what} must be known when compiling, or follow from sizes`);
  }

  /** Refuses a list, or the axes of a tensor, unless there are so many. */
  requireCount(what: string, got: number, expected: number): void {
    if (got === expected) return;
    throw new ImportError('input', this.build.subject, `${what} must be ${expected}, got ${got}`);
  }

  /** An axis counted from the end where it is negative. */
  axis(axis: number, rank: number): number {
    const index = axis < 0 ? axis + rank : axis;
    if (Number.isInteger(index) && index >= 0 && index < rank) return index;
    throw new ImportError('axis', this.build.subject, `axis ${axis} is outside a tensor of rank ${rank}`);
  }

  /** A scalar of a dtype. */
  scalar(dtype: DType, value: number): Value {
    return this.full(dtype, [], value);
  }

  /** A constant with the same value everywhere. */
  full(dtype: DType, shape: readonly number[], value: number): Value {
    const count = volume(shape);
    const data =
      dtype === 'float32'
        ? new Float32Array(count).fill(value)
        : dtype === 'int64'
          ? new BigInt64Array(count).fill(BigInt(value))
          : dtype === 'int32'
            ? new Int32Array(count).fill(value)
            : dtype === 'int8'
              ? new Int8Array(count).fill(value)
              : new Uint8Array(count).fill(value);
    return this.build.constant({ dtype, shape, data });
  }
}

/** Values beyond ±2⁵³, which stand for "to the end" where they occur, are cut. */
export function toNumber(value: number | bigint): number {
  if (typeof value === 'number') return value;
  const most = BigInt(Number.MAX_SAFE_INTEGER);
  return Number(value > most ? most : value < -most ? -most : value);
}
