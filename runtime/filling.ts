import { InputError, ShapeError, VariableError } from './errors.js';
import { fixed, named, show, volume, type OpenShape } from './feed.js';
import type { HostFunctions, HostInitializer, HostRandom } from './host.js';
import * as codes from './initializer-codes.js';
import { checkOptions, drawOf, notCarried, OWN, readSeed, type Draw } from './initializers.js';
import { SAMPLE_COUNT, type ManifestVariable } from './manifest.js';
import type { Initialized, InitializeOptions } from './model.js';
import { halves, Session } from './session.js';
import * as Status from './status.js';

/** A session whose variables can be initialized one by one, by the module or by the host. */
export class FillingSession extends Session {
  seed = BigInt(this.manifest.seed);
  onWarning: (text: string) => void = console.warn;
  functions: HostFunctions = {};
  /** Requests that wait for sizes. */
  readonly #deferred = new Map<number, Draw>();

  /** The sizes of a variable, null while they are open. */
  protected shapeOf(index: number): OpenShape {
    const { variables, parameter } = this.manifest;
    const { shape } = variables[index]!;
    const isOpen = shape.some((size) => typeof size === 'string');
    if (isOpen) this.exports.readParameter(index);
    const words = this.words().subarray(parameter / 4 + 1);
    return shape.map((size, axis) => (typeof size === 'number' ? size : this.settled ? words[axis]! : null));
  }

  initialize(options: InitializeOptions = {}): Initialized {
    const { only, initializer } = options;
    checkOptions(options, ['force', 'only', 'initializer']);
    if (this.manifest.frozen) return this.#fillFrozen(options);
    const drawFor = (name: string): Draw =>
      initializer === undefined ? OWN : drawOf(initializer, name, this.manifest);
    // The patterns of mixed name variables.
    const imposes = (initializer as { readonly kind?: string } | undefined)?.kind === 'mixed';
    // What is no initializer is refused even if no variable takes it.
    if (!imposes) drawFor('');
    const chosen = new Map<number, Draw>();
    for (const item of [only].flat() as unknown[]) {
      const label = String(item);
      let isFound = item === undefined;
      this.manifest.variables.forEach(({ name, users, shape, default: replaceable }, index) => {
        const isNamed = item instanceof RegExp ? name.search(item) >= 0 : [name, ...users].includes(label);
        const isInside = (user: string): boolean => user.startsWith(label) && './'.includes(user[label.length]!);
        if (item !== undefined && !isNamed && !users.some(isInside)) return;
        const takes = imposes || isNamed || (replaceable && users.some((user) => /weight$/i.test(user)));
        const draw = takes ? drawFor(name) : OWN;
        const [least, most] = draw.ranks ?? [0, Infinity];
        if (shape.length < least || shape.length > most) {
          const axes = most === least ? `${least}` : most < Infinity ? `${least} to ${most}` : `at least ${least}`;
          const text = `${draw.kind} needs ${axes} ${axes === '1' ? 'axis' : 'axes'}, got ${show(fixed(shape))}`;
          throw new ShapeError('initializer', name, text);
        }
        if (takes || !chosen.has(index)) chosen.set(index, draw);
        isFound = true;
      });
      if (!isFound) {
        throw new VariableError('unknown', 'initialize', `only '${label}' names no variable or layer`);
      }
    }
    return this.#fill(options, chosen, only === undefined);
  }

  /** What of `initialize` a module without single parameters can do. */
  #fillFrozen({ seed = this.seed, ...others }: InitializeOptions): Initialized {
    const { force, only, initializer } = others;
    if (force || only !== undefined || initializer !== undefined) this.refuseFrozen('initialize');
    const { variables } = this.manifest;
    const waiting = variables.filter(({ given }, index) => !given && !this.isInitialized(index));
    const names = (list: readonly ManifestVariable[]): string[] => list.map(({ name }) => name);
    this.#requireRecipes(readSeed(seed), variables.length > 0 && variables.every(({ given }) => given));
    this.seed = readSeed(seed);
    const waits = this.waitsFor() !== undefined;
    if (!waits) this.fillRest();
    const skipped = names(variables.filter((variable) => !waiting.includes(variable)));
    return { initialized: waits ? [] : names(waiting), deferred: waits ? names(waiting) : [], skipped };
  }

  /** Values do not follow another seed. */
  #requireRecipes(seed: bigint, areValues: boolean): void {
    if (!areValues || seed === this.seed) return;
    const text = "the module carries values, not recipes; compile with weights: 'seed'";
    throw new VariableError('values', 'initialize', text);
  }

  protected refuseFrozen(subject: string): void {
    if (!this.manifest.frozen) return;
    const text = "the parameters are frozen; compile with parameters: 'editable'";
    throw new VariableError('frozen', subject, text);
  }

  /** Fills variables, by index; `all` is whether they are everything. */
  #fill(options: InitializeOptions, chosen: ReadonlyMap<number, Draw>, all: boolean): Initialized {
    const { variables } = this.manifest;
    const seed = options.seed === undefined ? this.seed : readSeed(options.seed);
    const areValues = [...chosen].every(([index, draw]) => draw === OWN && variables[index]!.given);
    this.#requireRecipes(seed, chosen.size > 0 && areValues);
    if (all) this.seed = seed;
    const areOwn = [...chosen.values()].every((draw) => draw === OWN);
    const waits = this.waitsFor() !== undefined;
    const [initialized, deferred, skipped]: [string[], string[], string[]] = [[], [], []];
    let ignored = 0;
    for (const [index, draw] of chosen) {
      const { name, given } = variables[index]!;
      if (!options.force && (given || this.isInitialized(index))) {
        skipped.push(name);
        if (draw !== OWN || !given) ignored++;
        continue;
      }
      const seeded = { seed, ...draw };
      this.#deferred.delete(index);
      if (waits) this.#deferred.set(index, seeded);
      else if (draw !== OWN || !all || (options.force && !areOwn)) this.draw(index, seeded);
      (waits ? deferred : initialized).push(name);
    }
    // At once, since under torch each variable alone takes the stream from its beginning.
    if (all && !waits) this.fillRest(options.force && areOwn ? 1 : 0);
    if (ignored > 0) {
      const what =
        ignored === 1
          ? ' was already initialized and was left as it is'
          : 's were already initialized and were left as they are';
      this.onWarning(`initialize: ${ignored} variable${what}; pass force: true`);
    }
    return { initialized, deferred, skipped };
  }

  /** @param flags of `initialize`, the first time */
  protected override fillRest(flags = 0): void {
    this.#drawDeferred();
    for (let now = flags; ; now = 0) {
      const status = this.#run(OWN, () => this.exports.initialize(...halves(this.seed), now));
      if (status !== Status.awaitingHost) {
        this.check(status);
        return;
      }
      this.#ask(this.words()[0]!, this.seed);
    }
  }

  protected draw(index: number, draw: Draw): void {
    const { kind, plan, host, seed = this.seed } = draw;
    if (this.manifest.frozen) {
      this.fillRest();
      return;
    }
    if (host) {
      this.#call(index, host, seed);
      return;
    }
    this.#setArguments(draw);
    const [code, a, b] = plan;
    const status = this.#run(draw, () => this.exports.initializeParameter(index, code, a, b, ...halves(seed)));
    if (status === Status.awaitingHost) {
      this.#ask(index, seed);
      return;
    }
    if (status === Status.noInitializer) {
      const text = `${kind} does not suit its shape ${show(this.shapeOf(index))}`;
      throw new ShapeError('initializer', this.manifest.variables[index]!.name, text);
    }
    this.check(status);
  }

  /** The numbers of an initializer beyond two stand in the table. */
  #setArguments({ plan: [, , , ...more] }: Draw): void {
    const { table, arguments: offset } = this.manifest;
    new Float64Array(this.exports.memory.buffer, table + offset, more.length).set(more);
  }

  /** Runs code that may be the user's; where it fails, the variable has no values. */
  #run({ kind }: Draw, call: () => number): number {
    try {
      return call();
    } catch (error) {
      this.ready = false;
      const { name, initializer } = this.manifest.variables[this.words()[0]!]!;
      const what = kind === OWN.kind ? initializer : kind;
      throw new VariableError('trap', name, `its initializer ${what} failed: ${(error as Error).message}`);
    }
  }

  /** Lets the host's function that the declaration names fill a variable. */
  #ask(index: number, seed: bigint): void {
    const { name, host, seed: own } = this.manifest.variables[index]!;
    const fill = this.functions[host!];
    if (!host) this.check(Status.awaitingHost);
    if (!fill) {
      throw new VariableError('host', name, `its initializer '${host}' runs on the host; pass functions: { ${host} }`);
    }
    if (own) this.#call(index, fill, BigInt(own), codes.ownSeed);
    else this.#call(index, fill, seed);
  }

  /** @param ownSeed is added to codes of initializers */
  #call(index: number, fill: HostInitializer, seed: bigint, ownSeed = 0): void {
    const { name } = this.manifest.variables[index]!;
    const shape = this.shapeOf(index) as readonly number[];
    const values: unknown = fill(name, [...shape], this.#randomOf(index, seed, ownSeed));
    const count = volume(shape);
    if (!(values instanceof Float32Array) || values.length !== count) {
      const got = values instanceof Float32Array ? `${values.length} values` : named(values);
      const text = `its initializer must return a Float32Array of ${count} values, got ${got}`;
      throw new InputError('function', name, text);
    }
    const status = this.exports.readParameter(index);
    if (status !== Status.uninitialized) this.check(status);
    const address = this.words()[this.manifest.parameter / 4];
    new Float32Array(this.exports.memory.buffer, address, count).set(values);
    this.check(this.exports.writeParameter(index));
  }

  /** Draws for a function of the host. */
  #randomOf(index: number, seed: bigint, ownSeed: number): HostRandom {
    let calls = 0n;
    const draw = <T extends Float32Array | Uint32Array>(kind: string, code: number, into: T, a = 0, b = 0): T =>
      this.sample(index, { kind, plan: [code + ownSeed, a, b], seed }, calls++ << 40n, into);
    return {
      uniform: (shape, low = 0, high = 1) => draw('uniform', codes.uniform, new Float32Array(volume(shape)), low, high),
      normal: (shape, mean = 0, std = 1) => draw('normal', codes.normal, new Float32Array(volume(shape)), mean, std),
      bits: (shape) => draw('bits', codes.bits, new Uint32Array(volume(shape))),
    };
  }

  /** Elements `first` on of what an initializer draws for a variable, without the others. */
  protected sample<T extends Float32Array | Uint32Array>(index: number, draw: Draw, first: bigint, into: T): T {
    const { kind, plan, seed = this.seed } = draw;
    const [code, a, b] = plan;
    for (let at = 0; at < into.length; at += SAMPLE_COUNT) {
      const count = Math.min(SAMPLE_COUNT, into.length - at);
      const from = first + BigInt(at);
      const status = this.#run(draw, () =>
        this.exports.sampleParameter(index, code, a, b, ...halves(seed), from, count),
      );
      if (status === Status.noInitializer) {
        if (draw !== OWN) notCarried(kind, this.manifest);
        const { name, initializer, given } = this.manifest.variables[index]!;
        throw given
          ? new InputError('index', name, `has no ${count} elements from ${from} on`)
          : new VariableError('sample', name, `${initializer} fills it whole; its elements are not had one by one`);
      }
      this.check(status);
      const address = this.words()[this.manifest.parameter / 4];
      const part = new Float32Array(this.exports.memory.buffer, address, count);
      into.set(into instanceof Float32Array ? part : new Uint32Array(part.buffer, address, count), at);
    }
    return into;
  }

  protected override settle(shapes: readonly (readonly number[])[]): void {
    super.settle(shapes);
    this.#drawDeferred();
  }

  #drawDeferred(): void {
    for (const [index, draw] of this.#deferred) {
      this.draw(index, draw);
      this.#deferred.delete(index);
    }
  }

  protected isInitialized(index: number): boolean {
    const { table, states } = this.manifest;
    return new Uint8Array(this.exports.memory.buffer, table + states)[index]! > 0;
  }

  /** The open input axes that a variable's shape needs, or that any does: its memory waits for them. */
  protected waitsFor(variable?: ManifestVariable): string | undefined {
    if (this.settled) return undefined;
    const needed = variable?.shape.flatMap((size) => String(size).split(/[*() ,]+|^-/));
    const open = this.manifest.symbols.filter(
      ({ name, kind }) => kind === 'latched' && needed?.includes(name) !== false,
    );
    return open.map(({ axis, input }) => `axis ${axis} of input ${input}`).join(' and ') || undefined;
  }
}
