import { InputError, ModuleError, ShapeError, type NacreError } from './errors.js';
import { arrays, checkSizes, isSame, read, volume, type OpenShape } from './feed.js';
import type { Manifest, ManifestDim, ManifestPort } from './manifest.js';
import type { Exports, Opened } from './open.js';
import * as Status from './status.js';
import type { Arrays, DType, ForwardModel, Tensor } from './types.js';

/** An input or output: where it stands in memory, as of the last `infer`. */
interface Port extends ManifestPort {
  /** Missing until a call settles them. */
  sizes: number[];
  /** How many sizes a call may change. */
  open: number;
  view: Arrays[DType];
}

/** A seed as the two words that modules take. */
export const halves = (seed: bigint): [low: number, high: number] => [Number(seed & 0xffffffffn), Number(seed >> 32n)];

/** Inputs or their sizes, by name, as they come from JavaScript. */
type Given = Readonly<Record<string, unknown>> | undefined;

const dataOf = (feed: unknown): unknown => (feed as Partial<Tensor> | undefined)?.data ?? feed;

/** An instance of a module: sizes, initialization, forward. */
export class Session implements ForwardModel {
  declare readonly manifest: Manifest;
  readonly inputs: Record<string, Arrays[DType]> = {};
  readonly outputs: Record<string, Arrays[DType]> = {};
  declare protected readonly exports: Exports;
  /** Sizes are those of a call. */
  declare protected settled: boolean;
  /** Every variable is initialized. */
  protected ready = false;
  declare protected readonly ins: readonly Port[];
  declare protected readonly outs: readonly Port[];

  constructor({ exports, manifest }: Opened) {
    this.exports = exports;
    this.manifest = manifest;
    this.settled = manifest.symbols.length === 0;
    const ports = (list: readonly ManifestPort[], views: object): readonly Port[] =>
      list.map((port) => {
        const own = { ...port } as Port;
        Object.defineProperty(views, port.name, {
          enumerable: true,
          get: () => {
            this.#requireSizes(port.name);
            return own.view;
          },
        });
        return own;
      });
    this.ins = ports(manifest.inputs, this.inputs);
    this.outs = ports(manifest.outputs, this.outputs);
    if (this.settled) this.#refresh();
  }

  forward(inputs: Given): Record<string, Tensor> {
    if (this.#isUsual(inputs)) {
      for (const port of this.ins) (port.view as Float32Array).set(dataOf(inputs![port.name]) as Float32Array);
    } else this.#feed(inputs);
    this.run();
    const result: Record<string, Tensor> = {};
    for (const port of this.outs) result[port.name] = { data: port.view.slice(), shape: port.sizes.slice() };
    return result;
  }

  /** Whether all inputs have the sizes they had, in typed arrays, so that they only need to be copied. */
  #isUsual(inputs: Given): boolean {
    if (!this.ready) return false;
    let others = this.ins.length;
    for (const _ in inputs) others--;
    if (others) return false;
    for (const port of this.ins) {
      const feed = inputs![port.name];
      const data = dataOf(feed);
      if (!(data instanceof (arrays[port.dtype] as typeof Float32Array)) || data.length !== port.view.length)
        return false;
      if (data === feed ? port.open > 1 : !isSame((feed as Tensor).shape, port.sizes)) return false;
    }
    return true;
  }

  #feed(inputs: Given): void {
    const takes = this.#checkNames('forward', inputs);
    const given = this.ins.map((port) => {
      const feed = inputs?.[port.name];
      if (feed === undefined) throw new InputError('missing', 'forward', `input '${port.name}' is missing; ${takes}`);
      return read(port, feed, this.openOf(port));
    });
    this.settle(given.map(({ shape }) => shape));
    given.forEach(({ data }, index) => (this.ins[index]!.view as Float32Array).set(data as Float32Array));
  }

  #checkNames(subject: string, given: Given): string {
    const names = this.ins.map(({ name }) => name);
    const takes = `this model takes ${names.join(', ')}`;
    for (const name in given) {
      if (!names.includes(name)) throw new InputError('unknown', subject, `unknown input '${name}'; ${takes}`);
    }
    return takes;
  }

  /** The sizes of a port, null where a call may change or still has to settle them. */
  protected openOf({ shape, sizes }: Port): OpenShape {
    const isLatched = (size: ManifestDim): boolean =>
      this.manifest.symbols.some(({ kind, name }) => kind === 'latched' && name === size);
    return shape.map((size, axis) =>
      typeof size === 'number' ? size : this.settled && isLatched(size) ? sizes[axis]! : null,
    );
  }

  resize(shapes: Given): void {
    this.#checkNames('resize', shapes);
    this.settle(
      this.ins.map((port) => {
        const { sizes: settled } = port as Partial<Port>;
        const sizes = shapes?.[port.name] ?? settled ?? this.openOf(port);
        checkSizes(port.name, port.shape, sizes);
        return sizes;
      }),
    );
  }

  run(): void {
    if (!this.ready) {
      this.#requireSizes('run');
      this.fillRest();
      this.ready = true;
    }
    let status;
    try {
      status = this.exports.forward();
    } catch (error) {
      throw new ModuleError('trap', 'forward', `a function of the model failed: ${(error as Error).message}`);
    }
    this.check(status);
    if (this.manifest.bounded) this.#refresh();
  }

  reset(): void {
    this.exports.reset?.();
  }

  /** Fills what no request has filled. */
  protected fillRest(): void {
    this.check(this.exports.initialize(...halves(BigInt(this.manifest.seed)), 0));
  }

  #requireSizes(subject: string): void {
    if (this.settled) return;
    throw new InputError('open', subject, 'the model waits for its input; run forward or call resize');
  }

  protected settle(shapes: readonly (readonly number[])[]): void {
    const words = this.words();
    shapes.forEach((shape, index) => {
      words.set(shape, this.ins[index]!.table / 4 + 1);
    });
    this.check(this.exports.infer());
    this.settled = true;
    this.#refresh();
  }

  #refresh(): void {
    const words = this.words();
    for (const port of [...this.ins, ...this.outs]) {
      const at = port.table / 4;
      const [address, ...sizes] = words.subarray(at, at + 1 + port.shape.length);
      port.sizes = sizes;
      port.open = this.openOf(port).filter((size) => size === null).length;
      port.view = new arrays[port.dtype](words.buffer, address, volume(sizes));
    }
  }

  /** The module's table: what failed, inputs, outputs, a variable. */
  protected words(): Uint32Array<ArrayBuffer> {
    return new Uint32Array(this.exports.memory.buffer, this.manifest.table);
  }

  /** Throws what a status means. */
  protected check(status: number): void {
    if (status !== Status.ok) throw this.#errorOf(status);
  }

  #errorOf(status: number): NacreError {
    const [what, expected, got] = this.words() as unknown as [number, number, number];
    switch (status) {
      case Status.shape: {
        const [subject, text] = this.manifest.checks[what]!;
        const filled = text.replaceAll('{expected}', `${expected}`).replaceAll('{got}', `${got}`);
        return new ShapeError('shape', subject, filled, expected, got);
      }
      case Status.memoryLimit:
        return new ShapeError(
          'memory',
          'memory',
          `these sizes need ${got} bytes, above maxMemory ${expected}`,
          expected,
          got,
        );
      case Status.index:
        return new InputError('index', 'forward', `the index at position ${what} is outside its table`);
      case Status.memoryRefused:
        return new ModuleError('memory', 'memory', `the host refused ${got} bytes; drop other instances`);
      case Status.awaitingHost:
        return new ModuleError(
          'host',
          'module',
          'its values come from the host; instantiate it by nacre/runtime/external',
        );
    }
    return new ModuleError('status', 'module', `returned status ${status}`);
  }
}
