import { ABI_VERSION, type Manifest } from '../../runtime/manifest.js';
import { substitute, type Dim } from '../dim.js';
import { InternalError, ShapeError } from '../errors.js';
import type { KernelPlan } from '../plan/types.js';
import { dataSegments, i32, keepCalled, type Segment } from './binaryen.js';
import { mostBytes, sizesAtLimits } from './bounded.js';
import { Locals } from './code.js';
import { emitInfer, sharedByInfer } from './infer.js';
import { Linker } from './linker.js';
import { describe } from './manifest.js';
import type { EmitOptions } from './options.js';
import { segmentName } from './recipes.js';
import { emitParameters } from './parameters.js';
import { emitStep } from './profile.js';
import { emitSelfTest } from './self-test.js';
import { placeholder, splicePayloads } from './splice.js';
import { emitForward, emitPrepare, emitReset, isExternal, isHost, parametersWait } from './steps.js';

export type { EmitOptions } from './options.js';

const PAGE = 65536;
/** Bytes that are readable from any element on. */
const VECTOR = 16;
const EXPORTS = [
  'infer',
  'initialize',
  'initializeParameter',
  'prepare',
  'forward',
  'readParameter',
  'writeParameter',
  'sampleParameter',
] as const;

/** What changes single parameters, and what functions of the host fill them by. */
const editing: readonly (typeof EXPORTS)[number][] = ['initializeParameter'];
const writing: readonly (typeof EXPORTS)[number][] = ['writeParameter', 'sampleParameter'];

export interface Emitted {
  readonly binary: Uint8Array;
  readonly manifest: Manifest;
  readonly text?: string;
}

/** Links the kernels a plan calls into one module without imports. */
export function emit(plan: KernelPlan, options: EmitOptions): Emitted {
  const linker = new Linker(options.library, options.target === 'relaxed', options.functions);
  const { module } = linker;
  const { tableAddress } = plan.memory;
  const maxMemory = options.maxMemory - (options.maxMemory % PAGE);
  const checks = emitInfer(linker, plan, maxMemory);
  const payloads = emitParameters(linker, plan, options.customs ?? new Map());
  emitPrepare(linker, plan);
  emitForward(linker, plan);
  if (options.steps) emitStep(linker, plan);
  const hasState = emitReset(linker, plan);
  if (options.selfTest) {
    payloads.push(emitSelfTest(linker, plan, options.selfTest, { ...options, segment: segmentName(payloads.length) }));
  }
  linker.add('abiVersion', [], i32, new Locals(module), [module.i32.const(ABI_VERSION)]);
  linker.add('table', [], i32, new Locals(module), [module.i32.const(tableAddress)]);
  linker.add('failed', [], i32, new Locals(module), [module.i32.load(0, 4, module.i32.const(tableAddress))]);
  const dropped = options.frozen ? (plan.variables.some(isHost) ? editing : [...editing, ...writing]) : [];
  const kept = EXPORTS.filter((name) => !dropped.includes(name));
  const besides = [
    ...(hasState ? ['reset'] : []),
    ...(options.steps ? ['step'] : []),
    ...(options.selfTest ? ['selfTest', 'assertSelfTest'] : []),
    ...(plan.variables.some(isExternal) ? ['decodeParameter'] : []),
  ];
  for (const name of [...kept, ...besides, 'abiVersion', 'table', 'failed']) module.addFunctionExport(name, name);
  layMemory(linker, plan, payloads, maxMemory);

  keepCalled(module, [...sharedByInfer, ...linker.kept]);
  linker.optimize();
  if (!module.validate()) throw new InternalError('the module does not validate');
  const text = options.text ? linker.nameKernels(module.emitText()) : undefined;
  const code = splicePayloads(module.emitBinary(), payloads);
  module.dispose();
  const { binary, manifest } = describe(code, plan, checks, { ...options, maxMemory });
  return { binary, manifest, ...(text === undefined ? {} : { text }) };
}

/** Declares the memory with the tables, constants and weights in it. */
function layMemory(linker: Linker, plan: KernelPlan, payloads: readonly Uint8Array[], maxMemory: number): void {
  const { module } = linker;
  const { memory } = plan;
  const segments: Segment[] = [...staticData(linker, memory.tableAddress), ...tableSegment(plan)];
  for (const { buffer, tensor } of plan.constants) {
    const { data } = tensor;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const offset = plan.buffers[buffer]!.address as number;
    segments.push({ name: `constant${buffer}`, offset, data: bytes, passive: false });
  }
  payloads.forEach((_, index) => {
    segments.push({ name: segmentName(index), offset: 0, data: placeholder(index), passive: true });
  });
  const fixed = Math.max(
    0,
    ...segments.filter(({ passive }) => !passive).map(({ offset, data }) => offset + data.length),
  );
  const bytes = Math.max(fixed, initialBytes(plan));
  if (bytes > maxMemory) {
    const text = `needs ${bytes} bytes of memory, above maxMemory ${maxMemory}`;
    throw new ShapeError('memory', 'model', text, maxMemory, bytes);
  }
  const pages = Math.ceil(bytes / PAGE);
  // Hosts without guard pages reserve the addresses of the maximum for every instance.
  const most = typeof memory.end === 'number' ? bytes : Math.max(bytes, mostBytes(plan) ?? maxMemory);
  module.removeExport('memory');
  module.setMemory(
    pages,
    Math.min(Math.ceil(most / PAGE), maxMemory / PAGE),
    'memory',
    segments.map(({ name, offset, data, passive }) => ({
      name,
      offset: passive ? 0 : module.i32.const(offset),
      data,
      passive,
    })),
    false,
    false,
    '0',
  );
}

/** What can be said of the memory's size before any input: all, all but ports and activations, or the table alone. */
function initialBytes(plan: KernelPlan): number {
  const { end, parameterEnd, scratchBytes, tableAddress, table } = plan.memory;
  if (typeof end === 'number') return end;
  if (parametersWait(plan)) return tableAddress + table.bytes;
  return (parameterEnd as number) + (scratchBytes as number) + VECTOR;
}

/** Addresses and sizes that are known when compiling stand in the table from the start. */
function tableSegment(plan: KernelPlan): Segment[] {
  const { tableAddress, table } = plan.memory;
  const words = new DataView(new ArrayBuffer(table.bytes + 4));
  const initial: ReadonlyMap<string, Dim> = plan.symbols.length === 0 ? sizesAtLimits(plan) : new Map();
  const write = (ports: KernelPlan['inputs'], offsets: readonly number[]): void => {
    ports.forEach(({ shape, buffer }, index) => {
      [plan.buffers[buffer]!.address, ...shape].forEach((size, word) => {
        const known = substitute(size, initial);
        if (typeof known === 'number') words.setUint32(offsets[index]! + 4 * word, known, true);
      });
    });
  };
  write(plan.inputs, table.inputs);
  write(plan.outputs, table.outputs);
  const bytes = new Uint8Array(words.buffer);
  const first = bytes.findIndex((byte) => byte !== 0);
  if (first < 0) return [];
  const last = bytes.findLastIndex((byte) => byte !== 0);
  return [{ name: 'table', offset: tableAddress + first, data: bytes.slice(first, last + 1), passive: false }];
}

/** The library's constants, in few segments: gaps cost less than a segment's head. */
function staticData(linker: Linker, limit: number): Segment[] {
  const bytes = new Uint8Array(limit);
  for (const { offset, data } of dataSegments(linker.module)) {
    if (offset + data.length > limit) {
      throw new InternalError(`static data of the kernel library reaches ${offset + data.length}`);
    }
    bytes.set(data, offset);
  }
  const segments: Segment[] = [];
  for (let at = 0; at < limit; at++) {
    if (bytes[at] === 0) continue;
    let end = at + 1;
    for (let next = end; next < limit && next < end + SEGMENT_HEAD; next++) if (bytes[next] !== 0) end = next + 1;
    segments.push({ name: `static${at}`, offset: at, data: bytes.slice(at, end), passive: false });
    at = end;
  }
  return segments;
}

/** Bytes that a segment takes besides its data. */
const SEGMENT_HEAD = 6;
