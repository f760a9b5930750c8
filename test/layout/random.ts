import { binary, element, unary } from '../../compiler/build.js';
import { equal, mul, symbol, type Dim } from '../../compiler/dim.js';
import { add, axis as indexAlong, convert, div, i32, load } from '../../compiler/formula.js';
import type { Padding, TensorGraph, Value } from '../../compiler/ir.js';
import { Draw } from '../graphs/draw.js';
import { Ops } from './ops.js';

const MOST_ELEMENTS = 3000;

const sizeOf = (dim: Dim): number => (typeof dim === 'number' ? dim : 2);
const elementsOf = (shape: readonly Dim[]): number => shape.reduce<number>((all, dim) => all * sizeOf(dim), 1);
const none = [
  [0, 0],
  [0, 0],
] as const;

/** A graph of raw ops in which maps have their channels first around convolutions, and all else moves axes about. */
class Growing {
  private readonly draw: Draw;
  private readonly ops: Ops;
  private readonly values: Value[];

  constructor(seed: number) {
    this.draw = new Draw(seed);
    const batch = this.draw.chance(0.5) ? symbol('batch') : this.draw.integer(1, 2);
    const shape = [batch, this.draw.integer(1, 4), this.draw.pick([1, 4, 6]), this.draw.pick([1, 3, 4])];
    this.ops = new Ops(shape);
    this.values = [this.ops.x];
  }

  grow(count: number): TensorGraph {
    const { nodes } = this.ops.build;
    while (nodes.length < count) this.step();
    const read = new Set(nodes.flatMap(({ inputs }) => inputs.map(({ id }) => id)));
    return this.ops.graph(this.values.filter(({ id }, i) => i > 0 && (!read.has(id) || this.draw.chance(0.1))));
  }

  private transpose(x: Value, permutation = this.draw.shuffled([...x.shape.keys()])): Value {
    return this.ops.transpose(x, ...permutation);
  }

  /** A map with channels first through an op that takes them last. */
  private channelsFirst(x: Value, run: (map: Value, channels: number) => Value): Value {
    const map = this.transpose(x, [0, 2, 3, 1]);
    return this.transpose(run(map, x.shape[1] as number), [0, 3, 1, 2]);
  }

  private readonly steps: readonly ((x: Value) => Value | undefined)[] = [
    (x) => this.convolution(x),
    (x) => this.convolution(x),
    (x) => this.convolution(x),
    (x) => (x.shape.length > 1 ? this.transpose(x) : undefined),
    (x) => this.ops.elementwise(unary('tanh', element(0)), x),
    (x) => this.vector(x),
    (x) => this.vector(x),
    (x) => this.pair(x),
    (x) => this.pair(x),
    (x) => this.gate(x),
    (x) => this.concat(x),
    (x) => this.reduce(x),
    (x) => this.pad(x),
    (x) => this.ops.op({ kind: 'softmax', axis: this.draw.integer(0, x.shape.length - 1), log: false }, x),
    (x) => this.ops.op({ kind: 'normalize', axes: this.draw.integer(1, x.shape.length), epsilon: 0.1 }, x),
    (x) => this.slice(x),
    (x) => this.enlarge(x),
    (x) => this.join(x),
    (x) => this.split(x),
    (x) => this.matmul(x),
  ];

  private step(): void {
    const x = this.draw.chance(0.7) ? this.values.at(-1)! : this.draw.pick(this.values);
    if (x.shape.length === 0) {
      this.values.push(
        this.ops.elementwise(binary('multiply', element(0), element(1)), this.draw.pick(this.values), x),
      );
      return;
    }
    const y = this.draw.pick(this.steps)(x);
    if (y && elementsOf(y.shape) <= MOST_ELEMENTS) this.values.push(y);
  }

  private convolution(x: Value): Value | undefined {
    if (x.shape.length !== 4 || x.shape.slice(1).some((size) => typeof size !== 'number')) return undefined;
    return this.channelsFirst(x, (map, channels) => {
      const geometry = { strides: [1, 1], dilation: [1, 1] } as const;
      const padding: Padding = [
        [1, 1],
        [1, 1],
      ];
      const pool = { kind: 'pool', fn: 'average', size: [3, 3], strides: [1, 1], padding } as const;
      if (this.draw.chance(0.2)) return this.ops.op(pool, map);
      if (this.draw.chance(0.2))
        return this.ops.op({ kind: 'depthwise', ...geometry, padding }, map, this.ops.variable([3, 3, channels, 1]));
      const weight = this.ops.variable([1, 1, channels, this.draw.pick([2, 4, channels])]);
      return this.ops.op({ kind: 'convolution', ...geometry, padding: none, groups: 1 }, map, weight);
    });
  }

  /** With a variable along one axis, or one with every axis. */
  private vector(x: Value): Value | undefined {
    const axis = this.draw.integer(0, x.shape.length - 1);
    const shape = this.draw.chance(0.8) ? [x.shape[axis]!] : x.shape;
    if (shape.some((size) => typeof size !== 'number')) return undefined;
    const own = this.ops.variable(shape);
    const after = new Array<Dim>(x.shape.length - 1 - axis).fill(1);
    const along = shape === x.shape || after.length === 0 ? own : this.ops.build.reshape(own, [...shape, ...after]);
    const placed = shape === x.shape || axis === x.shape.length - 1 || after.length > 0 ? along : own;
    return this.ops.elementwise(binary('add', element(0), element(1)), x, placed);
  }

  /** With another value whose axes have the same sizes in some order. */
  private pair(x: Value): Value | undefined {
    for (const other of this.draw.shuffled(this.values)) {
      const left = [...other.shape.entries()];
      const permutation = x.shape.map((size) => {
        const at = left.findIndex(([, candidate]) => equal(size, candidate));
        return at < 0 ? -1 : left.splice(at, 1)[0]![0];
      });
      if (other === x || left.length > 0 || permutation.includes(-1)) continue;
      const isMoved = permutation.some((axis, i) => axis !== i);
      const second = isMoved ? this.transpose(other, permutation) : other;
      return this.ops.elementwise(binary('subtract', element(1), element(0)), x, second);
    }
    return undefined;
  }

  /** With its own means along some axes. */
  private gate(x: Value): Value {
    const first = this.draw.integer(0, x.shape.length - 1);
    const axes = [...x.shape.keys()].filter((axis) => axis === first || this.draw.chance(0.4));
    const mean = this.ops.op({ kind: 'reduce', fn: 'mean', axes }, x);
    const shape = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
    const gate = this.ops.elementwise(unary('sigmoid', element(0)), this.ops.build.reshape(mean, shape));
    return this.ops.elementwise(binary('multiply', element(0), element(1)), gate, x);
  }

  private concat(x: Value): Value {
    const axis = this.draw.integer(0, x.shape.length - 1);
    const fits = (other: Value): boolean =>
      other.shape.length === x.shape.length && other.shape.every((size, i) => i === axis || equal(size, x.shape[i]!));
    const others = this.values.filter(fits);
    return this.ops.op({ kind: 'concat', axis }, x, this.draw.pick(others));
  }

  private reduce(x: Value): Value {
    const axes = [...x.shape.keys()].filter(() => this.draw.chance(0.3));
    const fn = this.draw.pick(['mean', 'sum', 'maximum', 'minimum'] as const);
    return this.ops.op({ kind: 'reduce', fn, axes: axes.length > 0 ? axes : [x.shape.length - 1] }, x);
  }

  private pad(x: Value): Value {
    const side = (): number => (this.draw.chance(0.3) ? this.draw.integer(0, 2) : 0);
    return this.ops.op({ kind: 'pad', padding: x.shape.map(() => [side(), side()] as const), value: 0.5 }, x);
  }

  private slice(x: Value): Value | undefined {
    const at = this.draw.integer(0, x.shape.length - 1);
    const size = x.shape[at]!;
    if (typeof size !== 'number') return undefined;
    const [start, step] = this.draw.pick([
      [0, 2],
      [size - 1, -1],
      [size >> 1, 1],
    ] as const);
    const length = step > 0 ? Math.ceil((size - start) / step) : size;
    const along = (own: Dim, otherwise: Dim): Dim[] => x.shape.map((_, axis) => (axis === at ? own : otherwise));
    const sizes = x.shape.map((own, axis) => (axis === at ? length : own));
    return this.ops.op({ kind: 'slice', starts: along(start, 0), steps: along(step, 1) as number[], sizes }, x);
  }

  /** Each element twice along an axis, with the index along another one added. */
  private enlarge(x: Value): Value {
    const at = this.draw.integer(0, x.shape.length - 1);
    const shape = x.shape.map((size, axis) => (axis === at ? mul(size, 2) : size));
    const element = load(
      0,
      x.shape.map((_, axis) => (axis === at ? div(indexAlong(axis), i32(2)) : indexAlong(axis))),
    );
    const formula = add(element, convert('f32', indexAlong(this.draw.integer(0, x.shape.length - 1))));
    return this.ops.op({ kind: 'compute', shape, dtype: 'float32', formula }, x);
  }

  /** Two neighbouring axes as one, or one of size 1 more or less. */
  private join(x: Value): Value | undefined {
    const at = this.draw.integer(0, x.shape.length - 1);
    if (this.draw.chance(0.3)) return this.ops.build.reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
    const [first, second] = x.shape.slice(at) as [Dim, Dim | undefined];
    if (second === undefined || typeof first !== 'number' || typeof second !== 'number') return undefined;
    return this.ops.build.reshape(x, [...x.shape.slice(0, at), first * second, ...x.shape.slice(at + 2)]);
  }

  /** One axis as two. */
  private split(x: Value): Value | undefined {
    const at = x.shape.findIndex((size) => typeof size === 'number' && size > 2 && size % 2 === 0);
    if (at < 0 || x.shape.length > 5) return undefined;
    const parts = this.draw.shuffled([2, (x.shape[at] as number) / 2]);
    return this.ops.build.reshape(x, [...x.shape.slice(0, at), ...parts, ...x.shape.slice(at + 1)]);
  }

  private matmul(x: Value): Value | undefined {
    const inner = x.shape.at(-1)!;
    if (typeof inner !== 'number') return undefined;
    const columns = this.draw.integer(1, 6);
    const transposeRight = this.draw.chance(0.5);
    const weight = this.ops.variable(transposeRight ? [columns, inner] : [inner, columns]);
    return this.ops.op({ kind: 'matmul', transposeRight }, x, weight);
  }
}

/** A graph of about `nodes` ops, the same for the same seed. */
export const randomOps = (seed: number, nodes: number): TensorGraph => new Growing(seed).grow(nodes);
