import type { Tensor } from '../../compiler/tensor.js';

/** The attributes of a recurrent node of ONNX, and its inputs by name; what is absent is undefined. */
export interface Call {
  readonly op: 'RNN' | 'GRU' | 'LSTM';
  readonly direction?: 'forward' | 'reverse' | 'bidirectional';
  readonly layout?: 0 | 1;
  readonly activations?: readonly string[];
  readonly activation_alpha?: readonly number[];
  readonly activation_beta?: readonly number[];
  readonly clip?: number;
  readonly linear_before_reset?: 1;
  readonly input_forget?: 1;
}

export const inputNames = ['X', 'W', 'R', 'B', 'sequence_lens', 'initial_h', 'initial_c', 'P'] as const;
export type Inputs = Readonly<Partial<Record<(typeof inputNames)[number], Tensor>>>;

type Fn = (x: number) => number;
const sigmoid: Fn = (x) => 1 / (1 + Math.exp(-x));
const functions: Readonly<Record<string, (next: (which: 'alpha' | 'beta', otherwise: number) => number) => Fn>> = {
  Tanh: () => Math.tanh,
  Sigmoid: () => sigmoid,
  Relu: () => (x) => Math.max(x, 0),
  Softsign: () => (x) => x / (1 + Math.abs(x)),
  Softplus: () => (x) => Math.log(1 + Math.exp(x)),
  LeakyRelu: (next) => {
    const alpha = next('alpha', 0.01);
    return (x) => (x >= 0 ? x : alpha * x);
  },
  ThresholdedRelu: (next) => {
    const alpha = next('alpha', 1);
    return (x) => (x >= alpha ? x : 0);
  },
  Elu: (next) => {
    const alpha = next('alpha', 1);
    return (x) => (x >= 0 ? x : alpha * (Math.exp(x) - 1));
  },
  HardSigmoid: (next) => {
    const [alpha, beta] = [next('alpha', 0.2), next('beta', 0.5)];
    return (x) => Math.min(Math.max(alpha * x + beta, 0), 1);
  },
  Affine: (next) => {
    const [alpha, beta] = [next('alpha', 1), next('beta', 0)];
    return (x) => alpha * x + beta;
  },
  ScaledTanh: (next) => {
    const [alpha, beta] = [next('alpha', NaN), next('beta', NaN)];
    return (x) => alpha * Math.tanh(beta * x);
  },
};

export const gateCounts = { RNN: 1, GRU: 3, LSTM: 4 };
const usual = { RNN: ['Tanh'], GRU: ['Sigmoid', 'Tanh'], LSTM: ['Sigmoid', 'Tanh', 'Tanh'] };

const numbers = (tensor: Tensor): number[] => Array.from(tensor.data as ArrayLike<number>, Number);
const times = (a: readonly number[], b: readonly number[]): number[] => a.map((value, at) => value * b[at]!);
const plus = (...all: readonly (readonly number[])[]): number[] =>
  all[0]!.map((_, at) => all.reduce((sum, list) => sum + list[at]!, 0));

/** What ONNX says of one row in one direction: its steps in the order in which they run, from states given. */
function runRow(
  { op, clip = Infinity, linear_before_reset, input_forget }: Call,
  [f, g, h]: readonly Fn[],
  steps: readonly (readonly number[])[],
  weights: { W: number[][][]; R: number[][][]; Wb: number[][]; Rb: number[][]; P: number[][] },
  hidden: readonly number[],
  cell: readonly number[],
): { outputs: number[][]; hidden: readonly number[]; cell: readonly number[] } {
  const { W, R, Wb, Rb, P } = weights;
  const apply = (matrix: readonly (readonly number[])[], x: readonly number[]): number[] =>
    matrix.map((row) => row.reduce((sum, weight, at) => sum + weight * x[at]!, 0));
  const bounded = (fn: Fn, x: readonly number[]): number[] =>
    x.map((value) => fn(Math.min(Math.max(value, -clip), clip)));
  const outputs: number[][] = [];
  for (const x of steps) {
    const input = (gate: number): number[] => plus(apply(W[gate]!, x), Wb[gate]!);
    const recurrent = (gate: number, state = hidden): number[] => plus(apply(R[gate]!, state), Rb[gate]!);
    const sum = (gate: number): number[] => plus(input(gate), recurrent(gate));
    let next: number[];
    if (op === 'RNN') next = bounded(f!, sum(0));
    else if (op === 'GRU') {
      const [z, r] = [bounded(f!, sum(0)), bounded(f!, sum(1))];
      const reset = linear_before_reset ? times(r, recurrent(2)) : recurrent(2, times(r, hidden));
      const candidate = bounded(g!, plus(input(2), reset));
      next = plus(
        times(
          z.map((value) => 1 - value),
          candidate,
        ),
        times(z, hidden),
      );
    } else {
      const i = bounded(f!, plus(sum(0), times(P[0]!, cell)));
      const forget = input_forget ? i.map((value) => 1 - value) : bounded(f!, plus(sum(2), times(P[2]!, cell)));
      const now = plus(times(forget, cell), times(i, bounded(g!, sum(3))));
      const o = bounded(f!, plus(sum(1), times(P[1]!, now)));
      next = times(o, now.map(h!));
      cell = now;
    }
    outputs.push(next);
    hidden = next;
  }
  return { outputs, hidden, cell };
}

/** Y, Y_h and Y_c by the equations of ONNX's documentation, row by row; a reversed row is its valid steps backwards. */
export function reference(call: Call, inputs: Inputs): { shape: number[]; data: Float64Array }[] {
  const { op, direction = 'forward', layout = 0 } = call;
  const directions = direction === 'bidirectional' ? 2 : 1;
  const [first, second, width] = inputs.X!.shape as [number, number, number];
  const [time, batch] = layout === 1 ? [second, first] : [first, second];
  const units = inputs.R!.shape[2]!;
  const gates = gateCounts[op];
  const names = call.activations ?? Array.from({ length: directions }, () => usual[op]).flat();
  const given = { alpha: [...(call.activation_alpha ?? [])], beta: [...(call.activation_beta ?? [])] };
  const fns = names.map((name) => functions[name]!((which, otherwise) => given[which].shift() ?? otherwise));
  const parts = (tensor: Tensor | undefined, at: number, each: number): number[] =>
    tensor ? numbers(tensor).slice(at * each, (at + 1) * each) : new Array<number>(each).fill(0);
  const rowsOf = (list: readonly number[], size: number): number[][] =>
    Array.from({ length: list.length / size }, (_, at) => list.slice(at * size, (at + 1) * size));
  const state = (tensor: Tensor | undefined, row: number, d: number): number[] =>
    parts(tensor, layout === 1 ? row * directions + d : d * batch + row, units);

  const Y = new Float64Array(time * directions * batch * units);
  const [Yh, Yc] = [new Float64Array(directions * batch * units), new Float64Array(directions * batch * units)];
  for (let d = 0; d < directions; d++) {
    const matrices = (tensor: Tensor, columns: number): number[][][] =>
      rowsOf(parts(tensor, d, gates * units * columns), units * columns).map((gate) => rowsOf(gate, columns));
    const biases = rowsOf(parts(inputs.B, d, 2 * gates * units), units);
    const weights = {
      W: matrices(inputs.W!, width),
      R: matrices(inputs.R!, units),
      Wb: biases.slice(0, gates),
      Rb: biases.slice(gates),
      P: rowsOf(parts(inputs.P, d, 3 * units), units),
    };
    const own = fns.slice((d * fns.length) / directions, ((d + 1) * fns.length) / directions);
    for (let row = 0; row < batch; row++) {
      const length = inputs.sequence_lens ? Number(inputs.sequence_lens.data[row]) : time;
      const order = Array.from({ length }, (_, t) => t);
      if (direction === 'reverse' || d === 1) order.reverse();
      const steps = order.map((t) => parts(inputs.X, layout === 1 ? row * time + t : t * batch + row, width));
      const { initial_h, initial_c } = inputs;
      const result = runRow(call, own, steps, weights, state(initial_h, row, d), state(initial_c, row, d));
      order.forEach((t, at) => {
        const place = layout === 1 ? (row * time + t) * directions + d : (t * directions + d) * batch + row;
        Y.set(result.outputs[at]!, place * units);
      });
      const place = layout === 1 ? row * directions + d : d * batch + row;
      Yh.set(result.hidden, place * units);
      Yc.set(result.cell, place * units);
    }
  }
  const states = layout === 1 ? [batch, directions, units] : [directions, batch, units];
  const outputs = [
    { shape: layout === 1 ? [batch, time, directions, units] : [time, directions, batch, units], data: Y },
    { shape: states, data: Yh },
    { shape: states, data: Yc },
  ];
  return op === 'LSTM' ? outputs : outputs.slice(0, 2);
}
