import { InputError, VariableError } from './errors.js';
import { arrays, fixed, isSame, read, refuseShape, show, volume } from './feed.js';
import { FillingSession } from './filling.js';
import type { HostFunctions } from './host.js';
import { OWN } from './initializers.js';
import { requireMemory } from './load.js';
import type { ManifestPort, ManifestVariable } from './manifest.js';
import type { Model, VariableInfo, Variables } from './model.js';
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
  /** Initializers that run on the host, by the names that the declaration gives them. */
  readonly functions?: HostFunctions;
}

/** A session whose variables can be listed, read and written. */
export class VariableSession extends FillingSession implements Model {
  static explain(error: unknown, module?: WebAssembly.Module, exports?: object): void {
    if (module && !exports) requireMemory(error);
  }

  readonly variables: Variables = {
    list: (pattern) => {
      const rows = this.manifest.variables.flatMap((variable, index): VariableInfo[] => {
        const { name, dtype, initializer, users, given } = variable;
        if (pattern && name.search(pattern) < 0) return [];
        const waitsFor = this.waitsFor(variable) ?? this.waitsFor();
        const state = waitsFor ? 'deferred' : given || this.isInitialized(index) ? 'ready' : 'uninitialized';
        return [{ name, shape: this.shapeOf(index), dtype, initializer, users, state, waitsFor }];
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
      this.refuseFrozen(name);
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
    sample: (name, first = 0, count = 1) => {
      this.refuseFrozen(name);
      const { index } = this.#find(name);
      if (![first, count].every((whole) => whole >= 0 && Number.isInteger(Number(whole)))) {
        throw new InputError('index', name, `expects whole numbers, got ${first} and ${count}`);
      }
      return this.sample(index, OWN, BigInt(first), new Float32Array(count));
    },
  };

  get shapes(): Model['shapes'] {
    const shapes = (ports: typeof this.ins) =>
      Object.fromEntries(ports.map((port) => [port.name, this.settled ? port.sizes.slice() : this.openOf(port)]));
    return { inputs: shapes(this.ins), outputs: shapes(this.outs) };
  }

  override toString(): string {
    const side = (ports: readonly ManifestPort[]): string => {
      const shapes = ports.map(({ shape }) => show(fixed(shape)));
      return shapes.length === 1 ? shapes[0]! : `[${shapes.join(', ')}]`;
    };
    return `${side(this.ins)} -> [... ${this.manifest.layers} layers ...] -> ${side(this.outs)}`;
  }

  /** A variable whose sizes are settled. */
  #find(called: unknown, isWriting = false): { readonly index: number; readonly variable: ManifestVariable } {
    const { variables } = this.manifest;
    const index = variables.findIndex(({ name, users }) => [name, ...users].includes(called as string));
    const variable = variables[index];
    if (!variable) {
      const names = variables.flatMap(({ name, users }) => [name, ...users]);
      const hint = didYouMean(String(called), names);
      throw new VariableError('unknown', String(called), `no such variable${hint}`);
    }
    const waits = this.waitsFor();
    if (waits !== undefined) {
      const own = this.waitsFor(variable);
      const size = { io: 'inputUnits', oi: 'inputUnits', hwio: 'inputChannels', oihw: 'inputChannels' }[
        String(variable.layout)
      ];
      const hint = own && size ? `run forward, call resize, or give ${size}` : 'run forward or call resize';
      const subject = own ? `its shape ${show(fixed(variable.shape))}` : 'the model';
      const state = isWriting ? '' : 'not initialized; ';
      const text = `${state}${subject} waits for ${own ?? waits}; ${hint}`;
      throw new VariableError('deferred', variable.name, text, own ?? waits);
    }
    return { index, variable };
  }

  /** A variable and its memory. */
  #place(called: unknown, isWriting: boolean) {
    const { parameter } = this.manifest;
    const { index, variable } = this.#find(called, isWriting);
    if (variable.given && !this.isInitialized(index)) this.draw(index, OWN);
    const shape = this.shapeOf(index) as readonly number[];
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
}
