export type Fields = Readonly<Record<string, unknown>>;

/** A sound graph with input x (batch, 10) and output x, some fields of it replaced. */
export const graphWith = (fields: Fields): Fields => ({
  nacre: 1,
  inputs: [{ name: 'x', shape: ['batch', 10] }],
  layers: [],
  outputs: ['x'],
  ...fields,
});
export const layers = (...list: readonly unknown[]): Fields => graphWith({ layers: list });
export const inputs = (...list: readonly unknown[]): Fields => graphWith({ inputs: list });
export const variables = (...list: readonly unknown[]): Fields => graphWith({ variables: list });
/** One dense layer called hidden. */
export const hidden = (fields: Fields): Fields => layers({ name: 'hidden', kind: 'dense', units: 3, ...fields });
export const x = { name: 'x', shape: ['batch', 10] };
export const w = { name: 'w', shape: [10, 3], initializer: 'ones' };
export const one = { name: 'one', kind: 'dense', units: 1 };

export type Row = readonly [source: unknown, ...issues: readonly (readonly [pointer: string, message: string])[]];

/** Sources by what is wrong with them: every fault with its pointer and its exact text. */
export type Faults = Readonly<Record<string, readonly Row[]>>;
