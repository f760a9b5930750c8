import type { Manifest, ManifestPort } from '../../runtime/manifest.js';

/** The statuses of ABI version 1, as docs/abi.md numbers them. */
export const status = {
  ok: 0,
  shape: -1,
  memoryLimit: -2,
  memoryRefused: -3,
  notInferred: -4,
  uninitialized: -5,
  noVariable: -6,
  noInitializer: -7,
  index: -8,
  awaitingHost: -9,
  mismatch: -10,
} as const;

type Functions = Readonly<Record<string, (...args: number[]) => number>>;

/** A host of ABI version 1 that knows docs/abi.md and not the runtime. */
export class Host {
  readonly manifest: Manifest;
  readonly functions: Functions;
  readonly memory: WebAssembly.Memory;

  /** Takes a compiled module, of any realm, where the host is not allowed to compile one. */
  constructor(source: Uint8Array | WebAssembly.Module) {
    const module = 'byteLength' in source ? new WebAssembly.Module(source as Uint8Array<ArrayBuffer>) : source;
    const [section] = WebAssembly.Module.customSections(module, 'nacre.manifest');
    this.manifest = JSON.parse(new TextDecoder().decode(section)) as Manifest;
    const { memory, ...functions } = new WebAssembly.Instance(module).exports;
    this.memory = memory as WebAssembly.Memory;
    this.functions = functions as unknown as Functions;
  }

  /** Calls a function of the module. */
  call(name: string, ...args: number[]): number {
    return this.functions[name]!(...args);
  }

  get pages(): number {
    return this.memory.buffer.byteLength / 65536;
  }

  /** The u32 at an offset of the table. */
  word(offset: number): number {
    return new DataView(this.memory.buffer).getUint32(this.manifest.table + offset, true);
  }

  dims(port: ManifestPort): number[] {
    return port.shape.map((_, axis) => this.word(port.table + 4 + 4 * axis));
  }

  /** The words of a port's values; writing them writes memory. */
  view(port: ManifestPort): Uint32Array {
    const count = this.dims(port).reduce((product, size) => product * size, 1);
    return new Uint32Array(this.memory.buffer, this.word(port.table), count);
  }

  /** Writes the sizes of the inputs, in their order, and calls `infer`. */
  infer(...shapes: readonly (readonly number[])[]): number {
    const words = new DataView(this.memory.buffer);
    this.manifest.inputs.forEach(({ table }, i) => {
      shapes[i]!.forEach((size, axis) => words.setUint32(this.manifest.table + table + 4 + 4 * axis, size, true));
    });
    return this.call('infer');
  }

  write(...inputs: readonly (Float32Array | Int32Array)[]): void {
    this.manifest.inputs.forEach((port, i) => this.view(port).set(bitsOf(inputs[i]!)));
  }

  /** The bits of every output, one after the other. */
  read(): Uint32Array {
    return Uint32Array.from(this.manifest.outputs.flatMap((port) => [...this.view(port)]));
  }

  /** The status, and after a refusal by `infer` its text. */
  failure(code: number): string {
    if (code !== status.shape) return `${code} ${this.word(0)} ${this.word(4)} ${this.word(8)}`;
    const [subject, text] = this.manifest.checks[this.word(0)]!;
    return `${subject}: ${text.replaceAll('{expected}', `${this.word(4)}`).replaceAll('{got}', `${this.word(8)}`)}`;
  }

  /** The place of a variable's values, as `readParameter` gives it. */
  parameter(index: number): { readonly status: number; readonly words: Uint32Array } {
    const { parameter, variables } = this.manifest;
    const code = this.call('readParameter', index);
    const { shape } = variables[index]!;
    const known = shape.every((size) => typeof size === 'number');
    const sizes = shape.map((size, axis) => (known ? Number(size) : this.word(parameter + 4 + 4 * axis)));
    const count = sizes.reduce((product, size) => product * size, 1);
    return { status: code, words: new Uint32Array(this.memory.buffer, this.word(parameter), count) };
  }

  /** The state of a variable: 1 when it is initialized. */
  state(index: number): number {
    const { table, states } = this.manifest;
    return new Uint8Array(this.memory.buffer)[table + states + index]!;
  }

  /** The bits of every variable, one after the other. */
  parameters(): Uint32Array[] {
    return this.manifest.variables.map((_, index) => this.parameter(index).words.slice());
  }

  setParameter(index: number, words: Uint32Array): number {
    this.parameter(index).words.set(words);
    return this.call('writeParameter', index);
  }
}

export const bitsOf = ({ buffer, byteOffset, length }: Float32Array | Int32Array): Uint32Array =>
  new Uint32Array(buffer, byteOffset, length);

/** Values that differ, of either sign, the same on every host. */
export const ramp = (count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => (((i * 2654435761) >>> 8) % 2001) / 1000 - 1);
