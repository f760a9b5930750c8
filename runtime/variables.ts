import { InputError, ModuleError, VariableError } from './errors.js';
import { convert, show, view, volume } from './feed.js';
import { initializerCodes, Status, type DType, type ManifestVariable } from './manifest.js';
import { readSeed, Session } from './session.js';
import type { Arrays, Feed, Initialized, InitializeOptions, Signature, Tensor } from './types.js';

/** An initializer by name, with options, or a constant. */
export type RuntimeInitializer = string | number | { readonly kind: string; readonly [option: string]: unknown };

/** Variables by layer, name or pattern. */
export type Selection = string | RegExp | readonly (string | RegExp)[];

export interface VariableInitializeOptions extends InitializeOptions {
  /** A layer, a variable or slot name, a RegExp searched in variable names, or a list. */
  readonly only?: Selection;
  /** Named variables take it; of named layers, or all, the weights do. */
  readonly initializer?: RuntimeInitializer;
}

export interface VariableInfo {
  readonly name: string;
  readonly shape: readonly (number | null)[];
  readonly dtype: DType;
  readonly initializer: string;
  readonly users: readonly string[];
  readonly state: 'ready' | 'uninitialized' | 'deferred';
  /** The open input axes that its shape waits for. */
  readonly waitsFor: string | undefined;
}

type Edit = (data: Float32Array, place: { shape: readonly number[]; index: (...at: number[]) => number }) => unknown;

export interface Variables<S extends Signature = Signature> {
  /** Each variable once, those whose name the pattern is found in; prints as a table. */
  list(pattern?: RegExp): readonly VariableInfo[];
  /** A copy, in the variable's own layout. */
  get(name: S['variables']): Tensor;
  set(name: S['variables'], value: Feed): void;
  /** Edits a copy in place, or returns new values. */
  update(name: S['variables'], edit: Edit): void;
}

const codes: Readonly<Record<string, readonly [family: string, code: number, ...(string | number)[]]>> = (() => {
  const { constant, uniform, normal, truncatedNormal, varianceScaling } = initializerCodes;
  const scaled = (scale: number, mode: number, shape: 0 | 1) =>
    [shape === 0 ? 'uniform' : 'truncatedNormal', varianceScaling + 4 * mode + shape, scale, 0] as const;
  return {
    zeros: ['constant', constant, 0, 0],
    ones: ['constant', constant, 1, 0],
    constant: ['constant', constant, 'value', 0],
    uniform: ['uniform', uniform, 'low', 'high'],
    normal: ['normal', normal, 'mean', 'std'],
    truncatedNormal: ['truncatedNormal', truncatedNormal, 'mean', 'std'],
    glorotUniform: scaled(1, 2, 0),
    glorotNormal: scaled(1, 2, 1),
    heUniform: scaled(2, 0, 0),
    heNormal: scaled(2, 0, 1),
    lecunUniform: scaled(1, 0, 0),
    lecunNormal: scaled(1, 0, 1),
  };
})();
const defaults: Readonly<Record<string, number>> = { value: 0, low: -0.05, high: 0.05, mean: 0, std: 0.05 };

/** `random_normal`, `he_uniform` → `normal`, `heUniform` */
const kindOf = (name: string): string =>
  name
    .replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
    .replace(/^random([A-Z])/, (_, c: string) => c.toLowerCase());

/** A session whose variables can be listed, read, written and initialized one by one. */
export class VariableSession extends Session {
  readonly variables: Variables = {
    list: (pattern) => this.list(pattern),
    get: (name) => this.read(this.find(name)),
    set: (name, value) => {
      this.write(this.find(name), value);
    },
    update: (name, edit) => {
      const index = this.find(name);
      const { data, shape } = this.read(index);
      const at = (...position: number[]): number =>
        position.reduce((offset, here, axis) => offset * shape[axis]! + here, 0);
      const edited = edit(data as Float32Array, { shape, index: at });
      this.write(index, { data: (edited as Float32Array | undefined) ?? data, shape } as Feed);
    },
  };

  private list(pattern?: RegExp): readonly VariableInfo[] {
    const rows = this.manifest.variables.flatMap((variable, index): VariableInfo[] => {
      const { name, dtype, initializer, users, given } = variable;
      if (pattern && !name.match(pattern)) return [];
      const shape = this.shapeOf(variable, index);
      const open = this.settled ? undefined : this.waiting(variable);
      const ready = given || this.isInitialized(index);
      const state = ready ? 'ready' : this.waiting() ? 'deferred' : 'uninitialized';
      return [{ name, shape, dtype, initializer, users, state, waitsFor: open }];
    });
    return Object.defineProperty(rows, 'toString', {
      value: () => rows.map((row) => `${row.name} ${show(row.shape)}`).join('\n'),
    });
  }

  private shapeOf({ shape }: ManifestVariable, index: number): (number | null)[] {
    if (shape.every((size): size is number => typeof size === 'number')) return shape.slice();
    if (!this.settled) return shape.map((size) => (typeof size === 'number' ? size : null));
    this.exports.readParameter(index);
    return this.record(shape.length).shape;
  }

  /** The open axes that a variable's shape needs, or that any does. */
  private waiting(variable?: ManifestVariable): string | undefined {
    if (this.settled) return undefined;
    const open = this.manifest.symbols.filter(
      ({ name, kind }) =>
        kind === 'latched' && (!variable || variable.shape.some((size) => String(size).includes(name))),
    );
    return open.length === 0
      ? undefined
      : open.map(({ axis, input }) => `axis ${axis} of input ${input}`).join(' and ');
  }

  private find(name: string): number {
    const { variables } = this.manifest;
    const index = variables.findIndex((variable) => variable.name === name || variable.users.includes(name));
    if (index < 0) {
      const names = variables.map((variable) => variable.name).join(', ');
      throw new VariableError('unknown', name, `is no variable of this model, which has ${names || 'none'}`);
    }
    return index;
  }

  /** What `readParameter` wrote of a variable's place. */
  private record(rank: number): { address: number; shape: number[] } {
    const words = new DataView(this.exports.memory.buffer, this.manifest.table + this.manifest.parameter);
    const shape = Array.from({ length: rank }, (_, axis) => words.getUint32(4 + 4 * axis, true));
    return { address: words.getUint32(0, true), shape };
  }

  private locate(index: number, writing: boolean): { view: Arrays[DType]; shape: number[] } {
    const variable = this.manifest.variables[index]!;
    const { dtype, shape: declared, given } = variable;
    this.requireParameters(variable, writing);
    if (given && !this.isInitialized(index)) {
      this.check(this.exports.initializeParameter(index, initializerCodes.own, 0, 0, 0, 0));
    }
    const status = this.exports.readParameter(index);
    if (status !== Status.ok && !(writing && status === Status.uninitialized)) this.check(status);
    const known = declared.every((size) => typeof size === 'number');
    const record = this.record(declared.length);
    const shape = known ? [...(declared as number[])] : record.shape;
    return { view: view(dtype, this.exports.memory.buffer, record.address, volume(shape)), shape };
  }

  /** Throws what a variable waits for, if parameters depend on sizes that are open. */
  private requireParameters(variable: ManifestVariable, writing: boolean): void {
    const open = this.waiting();
    if (open === undefined) return;
    const own = this.waiting(variable);
    const shape = show(variable.shape.map((size) => (typeof size === 'number' ? size : null)));
    const text = own
      ? `its shape ${shape} waits for ${own}; run forward, call resize, or give inputUnits`
      : `the model waits for ${open}; run forward or call resize`;
    const what = writing ? text : `not initialized; ${text}`;
    throw new VariableError('deferred', variable.name, what, own ?? open);
  }

  private read(index: number): Tensor {
    const { view: place, shape } = this.locate(index, false);
    return { data: place.slice(), shape };
  }

  private write(index: number, value: Feed): void {
    const { name, dtype } = this.manifest.variables[index]!;
    const { view: place, shape } = this.locate(index, true);
    const { data, given } = valuesOf(name, dtype, value);
    const fits = given ? given.length === shape.length && given.every((size, axis) => size === shape[axis]) : true;
    if (!fits) throw new InputError('shape', name, `expects shape ${show(shape)}, got ${show(given!)}`);
    if (data.length !== place.length) {
      const text = `expects ${place.length} values for shape ${show(shape)}, got ${data.length}`;
      throw new InputError('length', name, text);
    }
    (place as Float32Array).set(data as Float32Array);
    this.check(this.exports.writeParameter(index));
  }

  override initialize(options: VariableInitializeOptions = {}): Initialized {
    const { only, initializer, force = false } = options;
    if (only === undefined && initializer === undefined) return super.initialize(options);
    const seed = options.seed === undefined ? this.seed : readSeed(options.seed);
    const chosen = this.select(only);
    const draw = initializer === undefined ? undefined : this.draw(initializer);
    const open = this.settled ? undefined : this.waiting();
    if (open !== undefined) {
      const text = `the model waits for ${open}; run forward or call resize first`;
      throw new VariableError('deferred', 'initialize', text, open);
    }
    const result = { initialized: [] as string[], deferred: [], skipped: [] as string[] };
    const [low, high] = [Number(seed & 0xffffffffn) | 0, Number(seed >> 32n) | 0];
    for (const { index, imposed } of chosen) {
      const { name, users } = this.manifest.variables[index]!;
      if (this.isInitialized(index) && !force) {
        result.skipped.push(name);
        continue;
      }
      const suggested = imposed || users.some((user) => /weight$/i.test(user));
      const [code, a, b] = draw && suggested ? draw : ([initializerCodes.own, 0, 0] as const);
      this.check(this.exports.initializeParameter(index, code, a, b, low, high));
      result.initialized.push(name);
    }
    if (result.skipped.length > 0) this.warnOfSkipped(result.skipped.length);
    return result;
  }

  /** The variables that are meant, and whether each was named itself. */
  private select(only: Selection | undefined): { index: number; imposed: boolean }[] {
    const { variables } = this.manifest;
    if (only === undefined) return variables.map((_, index) => ({ index, imposed: false }));
    const list = typeof only === 'string' || only instanceof RegExp ? [only] : only;
    const found = new Map<number, boolean>();
    for (const item of list) {
      const before = found.size;
      variables.forEach(({ name, users }, index) => {
        const named = typeof item === 'string' ? name === item || users.includes(item) : item.test(name);
        const layer =
          typeof item === 'string' && users.some((user) => user.startsWith(`${item}.`) || user.startsWith(`${item}/`));
        if (named || layer) found.set(index, (found.get(index) ?? false) || named);
      });
      if (found.size === before)
        throw new VariableError('unknown', 'initialize', `${String(item)} names no variable and no layer`);
    }
    return [...found].map(([index, imposed]) => ({ index, imposed }));
  }

  private draw(initializer: RuntimeInitializer): [code: number, a: number, b: number] {
    const given = typeof initializer === 'number' ? { kind: 'constant', value: initializer } : initializer;
    const { kind, ...options } = typeof given === 'string' ? { kind: given } : given;
    const known = codes[kindOf(kind)];
    const carried = this.manifest.initializers;
    if (!known || !carried.includes(known[0])) {
      const text = `the module does not carry '${kind}' (it carries ${carried.join(', ')}); compile with initializers: ['${known?.[0] ?? kind}']`;
      throw new ModuleError('initializer', 'initialize', text);
    }
    const number = (part: string | number): number =>
      typeof part === 'number' ? part : Number((options as Record<string, unknown>)[part] ?? defaults[part]);
    return [known[1], number(known[2]!), number(known[3]!)];
  }
}

function valuesOf(
  name: string,
  dtype: DType,
  value: Feed,
): { data: ArrayLike<number | bigint>; given: readonly number[] | undefined } {
  if (ArrayBuffer.isView(value)) return { data: value, given: undefined };
  if (Array.isArray(value)) {
    const shape: number[] = [];
    for (let part: unknown = value; Array.isArray(part); part = part[0]) shape.push(part.length);
    return { data: convert(name, dtype, value.flat(Infinity)), given: shape };
  }
  const { data, shape } = value as { data: Arrays[DType] | readonly number[]; shape: readonly number[] };
  return { data: ArrayBuffer.isView(data) ? data : convert(name, dtype, data), given: shape };
}
