import type { InitializerValue } from '../initializers/values.js';

/** A declared variable, or the one behind a layer's parameter. */
export interface VariableReference {
  /** The same variable, its two axes exchanged. */
  readonly transposed: VariableReference;
}

/** A variable as the builders hold it before graphs name things. */
export type VariableOwner =
  | { readonly kind: 'declared'; readonly declaration: Readonly<Record<string, unknown>> & { readonly name: string } }
  | { readonly kind: 'parameter'; readonly layer: object; readonly parameter: string };

export class Reference implements VariableReference {
  constructor(
    readonly owner: VariableOwner,
    readonly transpose = false,
  ) {}

  get transposed(): Reference {
    return new Reference(this.owner, !this.transpose);
  }
}

export type NestedNumbers = readonly (number | NestedNumbers)[];

/** Values with their shape. */
export interface ShapedArray {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** What a builder takes for a parameter. The count of a bare `Float32Array` must be that of the slot. */
export type ParameterValue = InitializerValue | NestedNumbers | Float32Array | ShapedArray | VariableReference;
