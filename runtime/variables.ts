import { InputError, ShapeError, VariableError } from './errors.js';
import { arrays, fixed, isSame, read, refuseShape, show, volume, type OpenShape } from './feed.js';
import { checkOptions, drawOf, OWN, readSeed, type Draw } from './initializers.js';
import type { ManifestPort, ManifestVariable } from './manifest.js';
import type { Initialized, InitializeOptions, Model, VariableInfo, Variables } from './model.js';
import { halves, Session } from './session.js';
import * as Status from './status.js';
import { didYouMean } from './suggest.js';

/** Lines with one more column. */
const besides = (lines: readonly string[], column: readonly string[]): string[] => {
  const width = Math.max(...lines.map(({ length }) => length));
  return lines.map((line, row) => `${line.padEnd(width)}  ${column[row]!}`);
};

export interface SessionOptions {
  /** Receives the one warning there is. */
  readonly onWarning?: (text: string) => void;
}

/** A session whose variables can be listed, read, written and initialized one by one. */
export class VariableSession extends Session implements Model {
  seed = BigInt(this.manifest.seed);
  onWarning: (text: string) => void = console.warn;
  /** Requests that wait for sizes. */
  readonly #deferred = new Map<number, Draw>();

  readonly variables: Variables = {
    list: (pattern) => {
      const rows = this.manifest.variables.flatMap((variable, index): VariableInfo[] => {
        const { name, dtype, initializer, users, given } = variable;
        if (pattern && name.search(pattern) < 0) return [];
        const waitsFor = this.#waitsFor(variable) ?? this.#waitsFor();
        const state = waitsFor ? 'deferred' : given || this.#isInitialized(index) ? 'ready' : 'uninitialized';
        return [{ name, shape: this.#shapeOf(index), dtype, initializer, users, state, waitsFor }];
      });
      const toString = (): string => {
        const columns = [
          ['variable', ...rows.map(({ name }) => name)],
          ['shape', ...rows.map(({ shape }) => show(shape))],
          ['initializer', ...rows.map(({ initializer }) => initializer)],
          ['state', ...rows.map(({ state, waitsFor }) => (waitsFor ? `waits for ${waitsFor}` : state))],
        ];
        return columns.reduce(besides).join('\n');
      };
      return Object.defineProperty(rows, 'toString', { value: toString });
    },
    get: (name) => {
      const { view, shape } = this.#place(name, false);
      return { data: view.slice() as Float32Array, shape };
    },
    set: (name, value) => {
      const { index, variable, view, shape } = this.#place(name, true);
      const { data, shape: got } = read({ ...variable, shape }, value, shape);
      if (!isSame(got, shape)) refuseShape(name, 'shape ', shape, got);
      (view as Float32Array).set(data as Float32Array);
      this.check(this.exports.writeParameter(index));
    },
    update: (name, edit) => {
      const { data, shape } = this.variables.get(name);
      const index = (...at: number[]): number => {
        if (at.length !== shape.length || !at.every((here, axis) => here >>> 0 === here && here < shape[axis]!)) {
          throw new InputError('index', name, `index ${show(at)} is outside ${show(shape)}`);
        }
        return at.reduce((sum, here, axis) => sum * shape[axis]! + here, 0);
      };
      this.variables.set(name, edit(data, { shape, index }) ?? data);
    },
  };

  get shapes(): Model['shapes'] {
    const shapes = (ports: typeof this.ins) =>
      Object.fromEntries(ports.map((port) => [port.name, this.settled ? port.sizes.slice() : this.openOf(port)]));
    return { inputs: shapes(this.ins), outputs: shapes(this.outs) };
  }

  reset(): void {
    // No kind of layer has state.
  }

  override toString(): string {
    const side = (ports: readonly ManifestPort[]): string => {
      const shapes = ports.map(({ shape }) => show(fixed(shape)));
      return shapes.length === 1 ? shapes[0]! : `[${shapes.join(', ')}]`;
    };
    return `${side(this.ins)} -> [... ${this.manifest.layers} layers ...] -> ${side(this.outs)}`;
  }

  /** The sizes of a variable, null while they are open. */
  #shapeOf(index: number): OpenShape {
    const { variables, parameter } = this.manifest;
    const { shape } = variables[index]!;
    const isOpen = shape.some((size) => typeof size === 'string');
    if (isOpen) this.exports.readParameter(index);
    const words = this.words().subarray(parameter / 4 + 1);
    return shape.map((size, axis) => (typeof size === 'number' ? size : this.settled ? words[axis]! : null));
  }

  /** A variable and its memory. */
  #place(called: unknown, isWriting: boolean) {
    const { variables, parameter } = this.manifest;
    const index = variables.findIndex(({ name, users }) => [name, ...users].includes(called as string));
    const variable = variables[index];
    if (!variable) {
      const names = variables.flatMap(({ name, users }) => [name, ...users]);
      const hint = didYouMean(String(called), names);
      throw new VariableError('unknown', String(called), `no such variable${hint}`);
    }
    const waits = this.#waitsFor();
    if (waits !== undefined) {
      const own = this.#waitsFor(variable);
      const size = { io: 'inputUnits', hwio: 'inputChannels' }[String(variable.layout)];
      const hint = own && size ? `run forward, call resize, or give ${size}` : 'run forward or call resize';
      const subject = own ? `its shape ${show(fixed(variable.shape))}` : 'the model';
      const state = isWriting ? '' : 'not initialized; ';
      const text = `${state}${subject} waits for ${own ?? waits}; ${hint}`;
      throw new VariableError('deferred', variable.name, text, own ?? waits);
    }
    if (variable.given && !this.#isInitialized(index)) this.#draw(index, OWN);
    const shape = this.#shapeOf(index) as readonly number[];
    const status = this.exports.readParameter(index);
    if (status !== Status.uninitialized) this.check(status);
    else if (!isWriting) {
      const text = 'not initialized; call initialize() or run forward first';
      throw new VariableError('uninitialized', variable.name, text);
    }
    const address = this.words()[parameter / 4];
    const view = new arrays[variable.dtype](this.exports.memory.buffer, address, volume(shape));
    return { index, variable, view, shape };
  }

  initialize(options: InitializeOptions = {}): Initialized {
    const { only, initializer } = options;
    checkOptions(options, ['force', 'only', 'initializer']);
    const draw = initializer === undefined ? OWN : drawOf(initializer, this.manifest);
    const chosen = new Map<number, Draw>();
    for (const item of [only].flat() as unknown[]) {
      const label = String(item);
      let isFound = item === undefined;
      this.manifest.variables.forEach(({ name, users, shape, default: replaceable }, index) => {
        const isNamed = item instanceof RegExp ? name.search(item) >= 0 : [name, ...users].includes(label);
        const isInside = (user: string): boolean => user.startsWith(label) && './'.includes(user[label.length]!);
        if (item !== undefined && !isNamed && !users.some(isInside)) return;
        const takes = isNamed || (replaceable && users.some((user) => /weight$/i.test(user)));
        if (takes && shape.length < 2 && draw.matrices) {
          const text = `${draw.matrices} needs at least 2 axes, got ${show(fixed(shape))}`;
          throw new ShapeError('initializer', name, text);
        }
        if (takes || !chosen.has(index)) chosen.set(index, takes ? draw : OWN);
        isFound = true;
      });
      if (!isFound) {
        throw new VariableError('unknown', 'initialize', `only '${label}' names no variable or layer`);
      }
    }
    return this.#fill(options, chosen, only === undefined);
  }

  /** Fills variables, by index; `all` is whether they are everything. */
  #fill(options: InitializeOptions, chosen: ReadonlyMap<number, Draw>, all: boolean): Initialized {
    const { variables } = this.manifest;
    const seed = options.seed === undefined ? this.seed : readSeed(options.seed);
    if (
      seed !== this.seed &&
      chosen.size > 0 &&
      [...chosen].every(([index, draw]) => draw === OWN && variables[index]!.given)
    ) {
      const text = "the module carries values, not recipes; compile with weights: 'seed'";
      throw new VariableError('values', 'initialize', text);
    }
    if (all) this.seed = seed;
    const waits = this.#waitsFor() !== undefined;
    const [initialized, deferred, skipped]: [string[], string[], string[]] = [[], [], []];
    let ignored = 0;
    for (const [index, draw] of chosen) {
      const { name, given } = variables[index]!;
      if (!options.force && (given || this.#isInitialized(index))) {
        skipped.push(name);
        if (draw !== OWN || !given) ignored++;
        continue;
      }
      const seeded = { seed, ...draw };
      if (waits) this.#deferred.set(index, seeded);
      else this.#draw(index, seeded);
      (waits ? deferred : initialized).push(name);
    }
    if (all && !waits) this.fillRest();
    if (ignored > 0) {
      const what =
        ignored === 1
          ? ' was already initialized and was left as it is'
          : 's were already initialized and were left as they are';
      this.onWarning(`initialize: ${ignored} variable${what}; pass force: true`);
    }
    return { initialized, deferred, skipped };
  }

  protected override fillRest(): void {
    this.check(this.exports.initialize(...halves(this.seed), 0));
  }

  #draw(index: number, { plan, seed = this.seed }: Draw): void {
    this.check(this.exports.initializeParameter(index, ...plan, ...halves(seed)));
  }

  protected override settle(shapes: readonly (readonly number[])[]): void {
    super.settle(shapes);
    for (const [index, draw] of this.#deferred) this.#draw(index, draw);
    this.#deferred.clear();
  }

  #isInitialized(index: number): boolean {
    const { table, states } = this.manifest;
    return new Uint8Array(this.exports.memory.buffer, table + states)[index]! > 0;
  }

  /** The open input axes that a variable's shape needs, or that any does: its memory waits for them. */
  #waitsFor(variable?: ManifestVariable): string | undefined {
    if (this.settled) return undefined;
    const needed = variable?.shape.flatMap((size) => String(size).split(/[*() ,]+|^-/));
    const open = this.manifest.symbols.filter(
      ({ name, kind }) => kind === 'latched' && needed?.includes(name) !== false,
    );
    return open.map(({ axis, input }) => `axis ${axis} of input ${input}`).join(' and ') || undefined;
  }
}
