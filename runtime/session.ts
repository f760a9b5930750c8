import { InputError, ModuleError, NacreError, ShapeError, VariableError } from './errors.js';
import { read, show, view, volume } from './feed.js';
import { Status, type Manifest, type ManifestPort } from './manifest.js';
import type { Exports, Opened } from './open.js';
import type { Arrays, DType, Feed, ForwardModel, Initialized, InitializeOptions, Tensor } from './types.js';

/** An input or output: where it stands in memory, as of the last `infer`. */
interface Port extends ManifestPort {
  readonly sizes: number[];
  view: Arrays[DType] | undefined;
}

const MASK = 0xffffffffn;

export interface SessionOptions {
  /** Receives the one warning there is. */
  readonly onWarning?: (text: string) => void;
}

/** An instance of a module: sizes, initialization, forward. */
export class Session implements ForwardModel {
  readonly manifest: Manifest;
  readonly inputs: Record<string, Arrays[DType]> = {};
  readonly outputs: Record<string, Arrays[DType]> = {};
  seed: bigint;
  protected readonly exports: Exports;
  private readonly ins: readonly Port[];
  private readonly outs: readonly Port[];
  /** Whether sizes are settled, and whether every variable is initialized. */
  protected settled = false;
  protected ready = false;
  private request: { force: boolean } | undefined;

  constructor(
    { exports, manifest }: Opened,
    protected readonly options: SessionOptions = {},
  ) {
    this.exports = exports;
    this.manifest = manifest;
    this.seed = BigInt(manifest.seed);
    const ports = (list: readonly ManifestPort[], views: object): readonly Port[] =>
      list.map((port) => {
        const own: Port = { ...port, sizes: [], view: undefined };
        Object.defineProperty(views, port.name, { enumerable: true, get: () => this.fresh(own) });
        return own;
      });
    this.ins = ports(manifest.inputs, this.inputs);
    this.outs = ports(manifest.outputs, this.outputs);
    if (manifest.symbols.length === 0) this.refresh();
  }

  get shapes(): ForwardModel['shapes'] {
    const shapes = (ports: readonly Port[]) =>
      Object.fromEntries(
        ports.map(({ name, shape, sizes }) => [
          name,
          shape.map((size, axis) => (this.settled ? sizes[axis]! : typeof size === 'number' ? size : null)),
        ]),
      );
    return { inputs: shapes(this.ins), outputs: shapes(this.outs) };
  }

  forward(inputs: Readonly<Record<string, Feed>>): Record<string, Tensor> {
    const { ins } = this;
    const [only] = ins;
    const feed = only && inputs?.[only.name];
    // The usual call: one input of the same length as before, which leaves all sizes as they are.
    const same =
      ins.length === 1 && this.ready && feed instanceof Float32Array && this.isSame(only!, feed.length, inputs);
    if (same) (only!.view as Float32Array).set(feed);
    else this.feed(inputs);
    this.run();
    const result: Record<string, Tensor> = {};
    for (const port of this.outs) result[port.name] = { data: port.view!.slice(), shape: port.sizes.slice() };
    return result;
  }

  private isSame(port: Port, length: number, inputs: object): boolean {
    if (port.dtype !== 'float32' || port.view?.length !== length) return false;
    for (const name in inputs) if (name !== port.name) return false;
    return this.openOf(port).filter((size) => size === null).length < 2;
  }

  private feed(inputs: Readonly<Record<string, Feed>>): void {
    const names = this.ins.map(({ name }) => name);
    const takes = `this model takes ${names.join(', ')}`;
    for (const name of Object.keys(inputs ?? {})) {
      if (!names.includes(name)) throw new InputError('unknown', 'forward', `unknown input '${name}'; ${takes}`);
    }
    const given = this.ins.map((port) => {
      const feed = inputs?.[port.name];
      if (feed === undefined) throw new InputError('missing', 'forward', `input '${port.name}' is missing; ${takes}`);
      return read(port.name, port.dtype, feed, this.openOf(port), port.shape);
    });
    this.settle(given.map(({ shape }) => shape));
    given.forEach(({ data }, index) => (this.ins[index]!.view as Float32Array).set(data as ArrayLike<number>));
  }

  /** The sizes of a port, null where a call may change or still has to settle them. */
  private openOf(port: Port): (number | null)[] {
    return port.shape.map((size, axis) => {
      if (typeof size === 'number') return size;
      const symbol = this.manifest.symbols.find(({ name }) => name === size);
      return this.settled && symbol?.kind === 'latched' ? port.sizes[axis]! : null;
    });
  }

  resize(shapes: Readonly<Record<string, readonly number[] | undefined>>): void {
    for (const name of Object.keys(shapes)) {
      if (!this.ins.some((port) => port.name === name)) {
        const takes = this.ins.map((port) => port.name).join(', ');
        throw new InputError('unknown', 'resize', `unknown input '${name}'; this model takes ${takes}`);
      }
    }
    this.settle(
      this.ins.map((port) => {
        const shape = shapes[port.name] ?? (this.settled ? port.sizes : this.openOf(port));
        if (shape.length !== port.shape.length) {
          const [wants, got] = [show(port.shape), show(shape)];
          throw new ShapeError('rank', port.name, `expects ${wants}, got ${got}`, wants, got);
        }
        if (!shape.every((size): size is number => Number.isInteger(size) && size! >= 0 && size! <= 0xffffffff)) {
          throw new InputError('size', port.name, `sizes must be whole numbers, got ${show(shape)}`);
        }
        return shape;
      }),
    );
  }

  run(): void {
    if (!this.ready) this.makeReady();
    this.check(this.exports.forward());
  }

  private makeReady(): void {
    if (!this.settled) this.check(Status.notInferred);
    this.fill(this.request?.force ?? false);
    this.request = undefined;
    this.ready = true;
  }

  initialize(options: InitializeOptions = {}): Initialized {
    const { force = false } = options;
    const seed = options.seed === undefined ? this.seed : readSeed(options.seed);
    const { variables } = this.manifest;
    if (seed !== this.seed && variables.length > 0 && variables.every(({ given }) => given)) {
      const text = "the module carries values, not recipes; compile with weights: 'seed'";
      throw new ModuleError('values', 'initialize', text);
    }
    const names = variables.map(({ name }) => name);
    if (!this.settled && this.manifest.symbols.some(({ kind }) => kind === 'latched')) {
      this.seed = seed;
      this.request = { force };
      this.ready = false;
      return { initialized: [], deferred: names, skipped: [] };
    }
    const done = names.filter((_, index) => this.isInitialized(index));
    if (!force && done.length > 0) this.warnOfSkipped(done.length);
    this.seed = seed;
    this.fill(force);
    this.ready = true;
    return {
      initialized: names.filter((name) => force || !done.includes(name)),
      deferred: [],
      skipped: force ? [] : done,
    };
  }

  protected warnOfSkipped(count: number): void {
    const many = count === 1 ? '1 variable was' : `${count} variables were`;
    const left = count === 1 ? 'was left as it is' : 'were left as they are';
    const { onWarning = console.warn } = this.options;
    onWarning(`initialize: ${many} already initialized and ${left}; pass force: true`);
  }

  reset(): void {}

  toString(): string {
    const side = (ports: readonly Port[]): string =>
      ports.map(({ shape }) => show(shape.map((size) => (typeof size === 'number' ? size : null)))).join(', ');
    return `${side(this.ins)} -> [... ${this.manifest.layers} layers ...] -> ${side(this.outs)}`;
  }

  protected isInitialized(index: number): boolean {
    const { table, states, variables } = this.manifest;
    const state = new Uint8Array(this.exports.memory.buffer, table + states, variables.length);
    return state[index] === 1;
  }

  private fill(force: boolean): void {
    this.check(this.exports.initialize(Number(this.seed & MASK) | 0, Number(this.seed >> 32n) | 0, force ? 1 : 0));
  }

  private settle(shapes: readonly (readonly number[])[]): void {
    const unchanged =
      this.settled && shapes.every((shape, i) => shape.every((size, axis) => size === this.ins[i]!.sizes[axis]));
    if (unchanged) return;
    const words = new DataView(this.exports.memory.buffer, this.manifest.table);
    shapes.forEach((shape, i) =>
      shape.forEach((size, axis) => words.setUint32(this.ins[i]!.table + 4 + 4 * axis, size, true)),
    );
    this.check(this.exports.infer());
    this.refresh();
    if (this.request && !this.ready) this.makeReady();
  }

  private refresh(): void {
    this.settled = true;
    const { buffer } = this.exports.memory;
    const words = new DataView(buffer, this.manifest.table);
    for (const port of [...this.ins, ...this.outs]) {
      port.sizes.splice(0, Infinity, ...port.shape.map((_, axis) => words.getUint32(port.table + 4 + 4 * axis, true)));
      port.view = view(port.dtype, buffer, words.getUint32(port.table, true), volume(port.sizes));
    }
  }

  private fresh(port: Port): Arrays[DType] {
    if (!this.settled) this.check(Status.notInferred);
    return view(port.dtype, this.exports.memory.buffer, port.view!.byteOffset, port.view!.length);
  }

  /** Throws what a status means. */
  protected check(status: number): void {
    if (status !== Status.ok) throw this.errorOf(status);
  }

  private errorOf(status: number): NacreError {
    const { manifest } = this;
    const words = new DataView(this.exports.memory.buffer, manifest.table);
    const [what, expected, got] = [0, 4, 8].map((at) => words.getUint32(at, true)) as [number, number, number];
    const name = manifest.variables[what]?.name ?? '';
    switch (status) {
      case Status.shape: {
        const [subject, text] = manifest.checks[what]!;
        const filled = text.replaceAll('{expected}', `${expected}`).replaceAll('{got}', `${got}`);
        return new ShapeError('shape', subject, filled, expected, got);
      }
      case Status.memoryLimit: {
        const text = `these sizes need ${got === 0xffffffff ? 'over 4294967295' : got} bytes, above maxMemory ${expected}`;
        return new ShapeError('memory', 'infer', text, expected, got);
      }
      case Status.memoryRefused:
        return new ModuleError('memory', 'infer', `the host refused ${got} bytes of memory`);
      case Status.notInferred: {
        const open = manifest.symbols.map((symbol) => `axis ${symbol.axis} of input ${symbol.input}`).join(', ');
        return new VariableError('open', 'forward', `waits for ${open}; run forward or call resize`, open);
      }
      case Status.uninitialized:
        return new VariableError('uninitialized', name, 'not initialized; call initialize() or run forward first');
      case Status.index:
        return new InputError('index', 'forward', `the index at position ${what} is outside its table`);
      default:
        return new ModuleError('status', 'module', `returned status ${status}`);
    }
  }
}

/** A seed as 64 bits. */
export function readSeed(seed: unknown): bigint {
  if (seed === 'random') {
    const [low, high] = crypto.getRandomValues(new Uint32Array(2));
    return (BigInt(high!) << 32n) | BigInt(low!);
  }
  const whole = typeof seed === 'bigint' || Number.isSafeInteger(seed);
  const value = whole ? BigInt(seed as number) : -1n;
  if (value < 0n || value >> 64n !== 0n) {
    const text = `must be a whole number from 0 to 2^64 - 1, or 'random', got ${String(seed)}`;
    throw new InputError('seed', 'seed', text);
  }
  return value;
}
