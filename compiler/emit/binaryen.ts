/** The one door to Binaryen: its objects with the types they really have in the pinned version. */
import { instantiateBinaryen } from '#host';
import type binaryen from 'binaryen';
import { InternalError } from '../errors.js';
import type { Binaryen } from './hosts/binaryen.js';

export type Module = binaryen.Module;
export type Ref = binaryen.ExpressionRef;
export type Type = binaryen.Type;

/** Types of values by their numbers, which `loadBinaryen` checks. */
const numbered = { none: 0, i32: 2, i64: 3, f32: 4, f64: 5, v128: 6 };
export const { none, i32, i64, f32, f64, v128 }: Readonly<Record<keyof typeof numbered, Type>> = numbered;
export const typesOf = (...types: Type[]): Type => api.createType(types);

interface FunctionInfo {
  readonly name: string;
  readonly module: string;
  readonly base: string;
  readonly params: Type;
  readonly results: Type;
  readonly vars: Type[];
  readonly body: Ref;
}

interface ExpressionInfo {
  readonly id: number;
  readonly [field: string]: unknown;
}

interface Untyped {
  readonly ExpressionIds: Readonly<Record<string, number>>;
  readonly Call: { setTarget(expression: Ref, name: string): void };
  readonly GlobalGet: { setName(expression: Ref, name: string): void };
  readonly LocalGet: { setIndex(expression: Ref, index: number): void };
  readonly LocalSet: { setIndex(expression: Ref, index: number): void };
  readonly Loop: { setBody(expression: Ref, body: Ref): void };
  getExpressionInfo(expression: Ref): ExpressionInfo;
  getFunctionInfo(fn: number): FunctionInfo;
  getExportInfo(exported: number): { readonly name: string; readonly value: string; readonly kind: number };
  readonly ExternalFunction: number;
  setAllowInliningFunctionsWithLoops(allow: boolean): void;
  setTrapsNeverHappen(never: boolean): void;
  _BinaryenRelaxedMaddVecF32x4(): number;
  _BinaryenSIMDTernary(module: number, op: number, a: Ref, b: Ref, c: Ref): Ref;
}

interface UntypedModule {
  readonly ptr: number;
  getNumGlobals(): number;
  getGlobalByIndex(index: number): number;
  getNumDataSegments(): number;
  getDataSegmentInfo(segment: number): { name: string; offset: number; data: ArrayBuffer; passive: boolean };
}

/** What `loadBinaryen` loaded. */
let api: Binaryen;
let untyped: Untyped;
let tables: Tables;
let loading: Promise<void> | undefined;

/**
 * Loads Binaryen, which takes megabytes. Whatever else is exported here is called after it.
 *
 * @throws ModuleError where it cannot be fetched; a later call tries again
 */
export function loadBinaryen(): Promise<void> {
  loading ??= instantiateBinaryen().then(use, (error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

function use(loaded: Binaryen): void {
  for (const [name, number] of Object.entries(numbered)) {
    const found = loaded[name as keyof typeof numbered];
    if (found !== number) throw new InternalError(`type ${name} is number ${found} of Binaryen, expected ${number}`);
  }
  api = loaded;
  untyped = loaded as unknown as Untyped;
  tables = tablesOf(loaded, untyped);
}

function features(relaxed: boolean): number {
  const { Features } = api;
  const names = ['SIMD128', 'BulkMemory', 'BulkMemoryOpt', 'SignExt', 'MutableGlobals', 'NontrappingFPToInt'] as const;
  const base = names.reduce((mask, name) => mask | (Features as unknown as Record<string, number>)[name]!, 0);
  return relaxed ? base | Features.RelaxedSIMD : base;
}

/** Reads a module and sets Binaryen's optimizer, whose flags are global: asc, which shares the instance, leaves its own. */
export function readModule(bytes: Uint8Array, relaxed: boolean): Module {
  api.setOptimizeLevel(3);
  api.setShrinkLevel(0);
  api.setDebugInfo(false);
  api.setAlwaysInlineMaxSize(INLINE_SIZE);
  api.setOneCallerInlineMaxSize(0);
  api.setFlexibleInlineMaxSize(0);
  api.setZeroFilledMemory(true);
  api.setLowMemoryUnused(true);
  untyped.setAllowInliningFunctionsWithLoops(false);
  untyped.setTrapsNeverHappen(false);
  api.setFastMath(false);
  api.setClosedWorld(false);
  api.setGenerateStackIR(false);
  api.setOptimizeStackIR(false);
  api.clearPassArguments();
  const module = api.readBinaryWithFeatures(bytes, features(relaxed));
  module.setFeatures(features(relaxed));
  return module;
}

/** Epilogues and small helpers are inlined up to this size, in Binaryen's count of nodes. */
const INLINE_SIZE = 60;

/** Keeps functions that are not worth their copies from being inlined. */
export function keepCalled(module: Module, names: readonly string[]): void {
  for (const name of names) {
    api.setPassArgument('no-inline', name);
    module.runPasses(['no-inline']);
  }
  api.clearPassArguments();
}

export const functionInfo = (module: Module, name: string): FunctionInfo =>
  untyped.getFunctionInfo(module.getFunction(name));

export const functionNames = (module: Module): FunctionInfo[] =>
  Array.from({ length: module.getNumFunctions() }, (_, index) =>
    untyped.getFunctionInfo(module.getFunctionByIndex(index)),
  );

/** Function exports, exported name → internal name. */
export function functionExports(module: Module): Map<string, string> {
  const found = new Map<string, string>();
  for (let index = 0; index < module.getNumExports(); index++) {
    const { name, value, kind } = untyped.getExportInfo(module.getExportByIndex(index));
    if (kind === untyped.ExternalFunction) found.set(name, value);
  }
  return found;
}

export interface Segment {
  readonly name: string;
  readonly offset: number;
  readonly data: Uint8Array;
  readonly passive: boolean;
}

export function dataSegments(module: Module): Segment[] {
  const own = module as unknown as UntypedModule;
  return Array.from({ length: own.getNumDataSegments() }, (_, index) => {
    const { name, offset, data, passive } = own.getDataSegmentInfo(module.getDataSegmentByIndex(index));
    return { name, offset, data: new Uint8Array(data).slice(), passive };
  });
}

/** a · b + c in one rounding, where the engine has it. */
export const relaxedMultiplyAdd = (module: Module, a: Ref, b: Ref, c: Ref): Ref =>
  untyped._BinaryenSIMDTernary(
    (module as unknown as UntypedModule).ptr,
    untyped._BinaryenRelaxedMaddVecF32x4(),
    a,
    b,
    c,
  );

/** Sub-expressions of each kind a numeric kernel can contain. */
const children: Readonly<Record<string, readonly string[]>> = {
  Block: ['children'],
  If: ['condition', 'ifTrue', 'ifFalse'],
  Loop: ['body'],
  Break: ['condition', 'value'],
  Switch: ['condition', 'value'],
  Call: ['operands'],
  LocalGet: [],
  LocalSet: ['value'],
  GlobalGet: [],
  GlobalSet: ['value'],
  Load: ['ptr'],
  Store: ['ptr', 'value'],
  Const: [],
  Unary: ['value'],
  Binary: ['left', 'right'],
  Select: ['ifTrue', 'ifFalse', 'condition'],
  Drop: ['value'],
  Return: ['value'],
  MemorySize: [],
  MemoryGrow: ['delta'],
  Nop: [],
  Unreachable: [],
  SIMDExtract: ['vec'],
  SIMDReplace: ['vec', 'value'],
  SIMDShuffle: ['left', 'right'],
  SIMDTernary: ['a', 'b', 'c'],
  SIMDShift: ['vec', 'shift'],
  SIMDLoad: ['ptr'],
  SIMDLoadStoreLane: ['ptr', 'vec'],
  MemoryInit: ['dest', 'offset', 'size'],
  MemoryCopy: ['dest', 'source', 'size'],
  MemoryFill: ['dest', 'value', 'size'],
};

/** What numbers mean in the version that is loaded. */
interface Tables {
  readonly childrenById: ReadonlyMap<number | undefined, readonly string[]>;
  readonly kindsById: ReadonlyMap<number, string>;
  /** Kinds without fields have no wrapper, without which Binaryen does not tell about them. */
  readonly bareKinds: ReadonlySet<string>;
  readonly integerDivisions: ReadonlySet<unknown>;
  readonly trappingTruncations: ReadonlySet<unknown>;
}

const tablesOf = (loaded: Binaryen, { ExpressionIds }: Untyped): Tables => ({
  childrenById: new Map(Object.entries(children).map(([name, keys]) => [ExpressionIds[name], keys])),
  kindsById: new Map(Object.entries(ExpressionIds).map(([name, id]) => [id, name])),
  bareKinds: new Set(Object.keys(ExpressionIds).filter((kind) => !(kind in loaded))),
  integerDivisions: new Set<unknown>([
    ...[loaded.DivSInt32, loaded.DivUInt32, loaded.RemSInt32, loaded.RemUInt32],
    ...[loaded.DivSInt64, loaded.DivUInt64, loaded.RemSInt64, loaded.RemUInt64],
  ]),
  trappingTruncations: new Set<unknown>([
    ...[loaded.TruncSFloat32ToInt32, loaded.TruncUFloat32ToInt32],
    ...[loaded.TruncSFloat32ToInt64, loaded.TruncUFloat32ToInt64],
    ...[loaded.TruncSFloat64ToInt32, loaded.TruncUFloat64ToInt32],
    ...[loaded.TruncSFloat64ToInt64, loaded.TruncUFloat64ToInt64],
  ]),
});

function expressionInfo(expression: Ref): ExpressionInfo {
  const id = api.getExpressionId(expression);
  return tables.bareKinds.has(tables.kindsById.get(id)!) ? { id } : untyped.getExpressionInfo(expression);
}

/** An expression as `forEachExpression` shows it: its kind, as Binaryen calls it, and the fields of that kind. */
export interface Visited {
  readonly ref: Ref;
  readonly kind: string;
  /** Whether the kind is one that numeric code can contain. Of others nothing inside is visited. */
  readonly known: boolean;
  readonly info: ExpressionInfo;
}

/** Visits an expression and all inside it, the outer ones last. */
export function forEachExpression(root: Ref, visit: (visited: Visited) => void): void {
  if (!root) return;
  const info = expressionInfo(root);
  const keys = tables.childrenById.get(info.id);
  for (const key of keys ?? []) {
    const child = info[key] as Ref | Ref[];
    if (Array.isArray(child)) for (const each of child) forEachExpression(each, visit);
    else forEachExpression(child, visit);
  }
  visit({ ref: root, kind: tables.kindsById.get(info.id) ?? String(info.id), known: keys !== undefined, info });
}

/** Visits every call in an expression, with the name it calls. */
export function forEachCall(root: Ref, visit: (call: Ref, target: string) => void): void {
  forEachExpression(root, ({ ref, kind, known, info }) => {
    if (!known) throw new InternalError(`unknown expression kind ${kind}`);
    if (kind === 'Call') visit(ref, info['target'] as string);
  });
}

/** Whether an expression itself, not what is inside it, can trap without touching memory. */
export function canTrap({ kind, info }: Visited): boolean {
  if (kind === 'Unary') return tables.trappingTruncations.has(info['op']);
  if (kind !== 'Binary' || !tables.integerDivisions.has(info['op'])) return kind === 'Unreachable';
  const { id, value } = expressionInfo(info['right'] as Ref);
  const isConstant = tables.kindsById.get(id) === 'Const' && (typeof value === 'number' || typeof value === 'bigint');
  return !isConstant || Number(value) === 0 || Number(value) === -1;
}

export const retarget = (call: Ref, name: string): void => untyped.Call.setTarget(call, name);

export const renameGlobal = (get: Ref, name: string): void => untyped.GlobalGet.setName(get, name);

export const setLocalIndex = (expression: Ref, kind: 'LocalGet' | 'LocalSet', index: number): void =>
  untyped[kind].setIndex(expression, index);

export const setLoopBody = (loop: Ref, body: Ref): void => untyped.Loop.setBody(loop, body);

export interface GlobalInfo {
  readonly name: string;
  readonly type: Type;
  readonly init: Ref;
}

export const globals = (module: Module): GlobalInfo[] => {
  const own = module as unknown as UntypedModule;
  return Array.from(
    { length: own.getNumGlobals() },
    (_, index) => api.getGlobalInfo(own.getGlobalByIndex(index)) as unknown as GlobalInfo,
  );
};

/** The name of the function that runs when a module is instantiated. */
export function startOf(module: Module): string | undefined {
  const start = module.getStart();
  return start === 0 ? undefined : untyped.getFunctionInfo(start).name;
}

/** The types of a list, such as the parameters of a function. */
export const listTypes = (types: Type): Type[] => api.expandType(types);

/** `(f32, i32)` */
export const printTypes = (types: Type): string => {
  const names = new Map([
    [none, 'void'],
    [i32, 'i32'],
    [i64, 'i64'],
    [f32, 'f32'],
    [f64, 'f64'],
    [v128, 'v128'],
  ]);
  return listTypes(types)
    .map((type) => names.get(type) ?? 'reference')
    .join(', ');
};
