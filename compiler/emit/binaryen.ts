/** The one door to Binaryen: its objects with the types they really have in the pinned version. */
import binaryen from 'binaryen';
import { InternalError } from '../errors.js';

export type Module = binaryen.Module;
export type Ref = binaryen.ExpressionRef;
export type Type = binaryen.Type;

export const { none, i32, i64, f32, f64, v128 } = binaryen;
export const typesOf = (...types: Type[]): Type => binaryen.createType(types);

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

const untyped = binaryen as unknown as Untyped;

function features(relaxed: boolean): number {
  const { Features } = binaryen;
  const names = ['SIMD128', 'BulkMemory', 'BulkMemoryOpt', 'SignExt', 'MutableGlobals', 'NontrappingFPToInt'] as const;
  const base = names.reduce((mask, name) => mask | (Features as unknown as Record<string, number>)[name]!, 0);
  return relaxed ? base | Features.RelaxedSIMD : base;
}

/** Reads a module and sets Binaryen's optimizer, whose flags are global. */
export function readModule(bytes: Uint8Array, relaxed: boolean): Module {
  binaryen.setOptimizeLevel(3);
  binaryen.setShrinkLevel(0);
  binaryen.setDebugInfo(false);
  binaryen.setAlwaysInlineMaxSize(INLINE_SIZE);
  binaryen.setOneCallerInlineMaxSize(0);
  binaryen.setFlexibleInlineMaxSize(0);
  binaryen.setZeroFilledMemory(true);
  binaryen.setLowMemoryUnused(true);
  untyped.setAllowInliningFunctionsWithLoops(false);
  untyped.setTrapsNeverHappen(false);
  const module = binaryen.readBinaryWithFeatures(bytes, features(relaxed));
  module.setFeatures(features(relaxed));
  return module;
}

/** Epilogues and small helpers are inlined up to this size, in Binaryen's count of nodes. */
const INLINE_SIZE = 60;

/** Keeps functions that are not worth their copies from being inlined. */
export function keepCalled(module: Module, names: readonly string[]): void {
  for (const name of names) {
    binaryen.setPassArgument('no-inline', name);
    module.runPasses(['no-inline']);
  }
  binaryen.clearPassArguments();
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
const childrenById = new Map(Object.entries(children).map(([name, keys]) => [untyped.ExpressionIds[name], keys]));

const kindsById = new Map(Object.entries(untyped.ExpressionIds).map(([name, id]) => [id, name]));

/** Kinds without fields have no wrapper, without which Binaryen does not tell about them. */
const bareKinds = new Set(Object.keys(untyped.ExpressionIds).filter((kind) => !(kind in binaryen)));

function expressionInfo(expression: Ref): ExpressionInfo {
  const id = binaryen.getExpressionId(expression);
  return bareKinds.has(kindsById.get(id)!) ? { id } : untyped.getExpressionInfo(expression);
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
  const keys = childrenById.get(info.id);
  for (const key of keys ?? []) {
    const child = info[key] as Ref | Ref[];
    if (Array.isArray(child)) for (const each of child) forEachExpression(each, visit);
    else forEachExpression(child, visit);
  }
  visit({ ref: root, kind: kindsById.get(info.id) ?? String(info.id), known: keys !== undefined, info });
}

/** Visits every call in an expression, with the name it calls. */
export function forEachCall(root: Ref, visit: (call: Ref, target: string) => void): void {
  forEachExpression(root, ({ ref, kind, known, info }) => {
    if (!known) throw new InternalError(`unknown expression kind ${kind}`);
    if (kind === 'Call') visit(ref, info['target'] as string);
  });
}

const integerDivisions = new Set<unknown>([
  ...[binaryen.DivSInt32, binaryen.DivUInt32, binaryen.RemSInt32, binaryen.RemUInt32],
  ...[binaryen.DivSInt64, binaryen.DivUInt64, binaryen.RemSInt64, binaryen.RemUInt64],
]);
const trappingTruncations = new Set<unknown>([
  ...[binaryen.TruncSFloat32ToInt32, binaryen.TruncUFloat32ToInt32],
  ...[binaryen.TruncSFloat32ToInt64, binaryen.TruncUFloat32ToInt64],
  ...[binaryen.TruncSFloat64ToInt32, binaryen.TruncUFloat64ToInt32],
  ...[binaryen.TruncSFloat64ToInt64, binaryen.TruncUFloat64ToInt64],
]);

/** Whether an expression itself, not what is inside it, can trap without touching memory. */
export function canTrap({ kind, info }: Visited): boolean {
  if (kind === 'Unary') return trappingTruncations.has(info['op']);
  if (kind !== 'Binary' || !integerDivisions.has(info['op'])) return kind === 'Unreachable';
  const { id, value } = expressionInfo(info['right'] as Ref);
  const isConstant = kindsById.get(id) === 'Const' && (typeof value === 'number' || typeof value === 'bigint');
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
    (_, index) => binaryen.getGlobalInfo(own.getGlobalByIndex(index)) as unknown as GlobalInfo,
  );
};

/** The name of the function that runs when a module is instantiated. */
export function startOf(module: Module): string | undefined {
  const start = module.getStart();
  return start === 0 ? undefined : untyped.getFunctionInfo(start).name;
}

/** The types of a list, such as the parameters of a function. */
export const listTypes = (types: Type): Type[] => binaryen.expandType(types);

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
