/** Takes one line, or several. */
export type Print = (text: string) => void;

/** One step of an example. */
export interface Section {
  readonly title: string;
  readonly run: (print: Print) => void | Promise<void>;
}

/** `[0.0268, -0.5]`: values rounded to so many digits behind the point. */
export const printValues = (values: Iterable<number>, digits = 4): string =>
  `[${Array.from(values, (value) => String(Number(value.toFixed(digits)))).join(', ')}]`;

/** `['relu_1.bias', 'relu_2.bias']` */
export const printNames = (names: readonly string[]): string => `[${names.map((name) => `'${name}'`).join(', ')}]`;

/** `(256, ?)` */
export const printShape = (shape: readonly (number | null)[]): string =>
  `(${shape.map((size) => size ?? '?').join(', ')})`;

/** `VariableError: dense_1.weight: not initialized; …`, of what `fail` throws. */
export function printError(fail: () => unknown): string {
  try {
    fail();
  } catch (error) {
    return String(error);
  }
  throw new Error('printError: nothing was thrown');
}

export const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

export const deviation = (values: Float32Array): number => {
  const centre = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
};
