import { at, generate, type Reference } from './reference.js';

type Function = (x: number) => number;

export interface RecurrentOptions {
  readonly activation?: Function;
  readonly recurrentActivation?: Function;
  readonly goBackwards?: boolean;
  /** Of a GRU: the product of the hidden state is reset, not the state. */
  readonly resetAfter?: boolean;
}

export interface RecurrentInputs {
  readonly x: Reference;
  readonly weight: Reference;
  readonly recurrentWeight: Reference;
  readonly bias?: Reference | undefined;
  /** [3, units]: input, forget, output. */
  readonly peepholes?: Reference | undefined;
  readonly hidden?: Reference | undefined;
  readonly cell?: Reference | undefined;
  /** [batch, time]; 0 skips a step. */
  readonly mask?: Reference | undefined;
}

export interface RecurrentResult {
  /** [batch, time, units], in the order in which steps ran. */
  readonly sequence: Reference;
  readonly output: Reference;
  readonly hidden: Reference;
  readonly cell: Reference;
}

export const sigmoid: Function = (x) => 1 / (1 + Math.exp(-x));

/** One step of one row, from the states before: what each kind of layer is defined by. */
type Step = (
  gate: (index: number, state?: readonly number[]) => number[],
  parts: (index: number) => { readonly input: number[]; readonly product: number[] },
  h: readonly number[],
  c: readonly number[],
  options: Required<Pick<RecurrentOptions, 'activation' | 'recurrentActivation' | 'resetAfter'>>,
  peephole: (row: number, unit: number) => number,
) => { readonly h: number[]; readonly c: number[] };

const steps: Readonly<Record<'simpleRnn' | 'gru' | 'lstm', Step>> = {
  simpleRnn: (gate, _, __, c, { activation }) => ({ h: gate(0).map(activation), c: [...c] }),
  gru(gate, parts, h, c, { activation, recurrentActivation, resetAfter }) {
    const [z, r] = [gate(0).map(recurrentActivation), gate(1).map(recurrentActivation)];
    const { input, product } = parts(2);
    const before = resetAfter
      ? input.map((value, unit) => value + r[unit]! * product[unit]!)
      : gate(
          2,
          h.map((value, unit) => r[unit]! * value),
        );
    return { h: before.map((value, unit) => z[unit]! * h[unit]! + (1 - z[unit]!) * activation(value)), c: [...c] };
  },
  lstm(gate, _, __, c, { activation, recurrentActivation }, peephole) {
    const [input, forget, candidate, output] = [gate(0), gate(1), gate(2), gate(3)];
    const next = c.map((value, unit) => {
      const i = recurrentActivation(input[unit]! + peephole(0, unit) * value);
      const f = recurrentActivation(forget[unit]! + peephole(1, unit) * value);
      return f * value + i * activation(candidate[unit]!);
    });
    const h = next.map(
      (value, unit) => recurrentActivation(output[unit]! + peephole(2, unit) * value) * activation(value),
    );
    return { h, c: next };
  },
};

/** A recurrent layer in float64, row by row and step by step. */
export function runRecurrent(
  kind: keyof typeof steps,
  { x, weight, recurrentWeight, bias, peepholes, hidden, cell, mask }: RecurrentInputs,
  options: RecurrentOptions = {},
): RecurrentResult {
  const { activation = Math.tanh, recurrentActivation = sigmoid, goBackwards = false, resetAfter = true } = options;
  const [batch, time, features] = x.shape as [number, number, number];
  const units = recurrentWeight.shape[0]!;
  const column = (index: number, unit: number): number => index * units + unit;
  const biasOf = (which: 0 | 1, index: number): number => {
    if (!bias) return 0;
    if (bias.shape.length === 2) return at(bias, [which, index]);
    return which === 0 ? at(bias, [index]) : 0;
  };
  const unitsOf = (value: (unit: number) => number): number[] =>
    Array.from({ length: units }, (_, unit) => value(unit));
  const rows = Array.from({ length: batch }, (_, row) => {
    let h = unitsOf((unit) => (hidden ? at(hidden, [row, unit]) : 0));
    let c = unitsOf((unit) => (cell ? at(cell, [row, unit]) : 0));
    let output = unitsOf(() => 0);
    const outputs = Array.from({ length: time }, (_, step) => {
      const t = goBackwards ? time - 1 - step : step;
      if (mask && at(mask, [row, t]) === 0) return output;
      const parts = (index: number, state: readonly number[] = h) => ({
        input: unitsOf((unit) => {
          let sum = biasOf(0, column(index, unit));
          for (let k = 0; k < features; k++) sum += at(x, [row, t, k]) * at(weight, [k, column(index, unit)]);
          return sum;
        }),
        product: unitsOf((unit) => {
          let sum = biasOf(1, column(index, unit));
          for (let k = 0; k < units; k++) sum += state[k]! * at(recurrentWeight, [k, column(index, unit)]);
          return sum;
        }),
      });
      const gate = (index: number, state?: readonly number[]): number[] => {
        const { input, product } = parts(index, state);
        return input.map((value, unit) => value + product[unit]!);
      };
      const peephole = (which: number, unit: number): number => (peepholes ? at(peepholes, [which, unit]) : 0);
      ({ h, c } = steps[kind](gate, parts, h, c, { activation, recurrentActivation, resetAfter }, peephole));
      return (output = h);
    });
    return { outputs, output, h, c };
  });
  const states = (part: 'output' | 'h' | 'c'): Reference =>
    generate([batch, units], ([row, unit]) => rows[row!]![part][unit!]!);
  return {
    sequence: generate([batch, time, units], ([row, step, unit]) => rows[row!]!.outputs[step!]![unit!]!),
    output: states('output'),
    hidden: states('h'),
    cell: states('c'),
  };
}
