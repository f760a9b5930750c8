import {
  canTrap,
  dataSegments,
  f32,
  forEachExpression,
  functionExports,
  functionNames,
  i32,
  listTypes,
  none,
  printTypes,
  readModule,
  startOf,
  typesOf,
  type Module,
} from '../emit/binaryen.js';
import type { CompiledFunction } from '../ir.js';
import { importsOf, SCOPE, type CustomSource, type Role } from './scope.js';

type Entry = CompiledFunction['entry'];
type Functions = ReturnType<typeof functionNames>;

const entries: Readonly<Record<Role, readonly Entry[]>> = { initializer: ['sample', 'fill'], elementwise: ['apply'] };

/** Calls at most, loops aside, that one call of a total function may lead to. */
const MOST_CALLS = 1024;

const MEMORY =
  'uses memory, as arrays, strings, objects, functions as values and tables of Mathf do; a source has numbers only';

/** Kinds of expressions that touch memory. */
const memoryKinds = /^(Load|Store|Memory|Data|SIMDLoad|Atomic)/;

/** A compiled source as what it is for, or what forbids that. */
export function inspect(
  custom: CustomSource,
  binary: Uint8Array,
): CompiledFunction | { readonly faults: readonly string[] } {
  const module = readModule(binary, false);
  try {
    const exported = functionExports(module);
    const functions = functionNames(module);
    const present = entries[custom.role].filter((name) => exported.has(name));
    const [entry] = present;
    if (entry === undefined || present.length > 1) return { faults: [wrongEntries(custom, present)] };
    const main = functions.find(({ name }) => name === exported.get(entry))!;
    const fault = wrongSignature(custom, entry, main, exported.has('__setArgumentsLength'));
    const faults = fault === undefined ? forbidden(module, functions, entry, custom.role) : [fault];
    if (faults.length > 0) return { faults };
    const options = Object.keys(custom.options).length;
    return {
      name: custom.name,
      binary,
      entry,
      inputs: entry === 'apply' ? listTypes(main.params).length - options : 0,
      options,
      total: isTotal(main.name, functions),
    };
  } finally {
    module.dispose();
  }
}

/** `sample(alpha: f32): f32` */
function signatureText(entry: Entry, { options }: CustomSource): string {
  const first = { sample: [], fill: ['data: usize', 'count: i32'], apply: ['x: f32'] }[entry];
  const list = [...first, ...Object.keys(options).map((name) => `${name}: f32`)].join(', ');
  return `${entry}(${list}): ${entry === 'fill' ? 'void' : 'f32'}`;
}

function wrongEntries(custom: CustomSource, present: readonly Entry[]): string {
  if (present.length > 1) return 'source exports both sample and fill; keep one';
  const names = custom.role === 'initializer' ? 'neither sample nor fill' : 'no apply';
  return `source exports ${names}; write export function ${signatureText(entries[custom.role][0]!, custom)}`;
}

function wrongSignature(
  custom: CustomSource,
  entry: Entry,
  main: Functions[number],
  hasDefaults: boolean,
): string | undefined {
  if (hasDefaults) return `a parameter of ${entry} has a default value; give it in the entry's options instead`;
  const { params, results } = main;
  const options = Object.keys(custom.options).map(() => f32);
  const expected = entry === 'fill' ? [i32, i32, ...options] : options;
  const given = listTypes(params);
  const inputs = entry === 'apply' ? given.length - options.length : 0;
  const fits =
    results === (entry === 'fill' ? none : f32) &&
    (entry === 'apply'
      ? inputs > 0 && given.every((type) => type === f32)
      : params === (expected.length === 0 ? none : typesOf(...expected)));
  if (fits) return undefined;
  const got = `${entry}(${printTypes(params)}): ${results === none ? 'void' : printTypes(results)}`;
  const many = entry === 'apply' ? ', inputs first' : '';
  return `must export ${signatureText(entry, custom)}${many}, got ${got}`;
}

const isImport = ({ base }: Functions[number]): boolean => base !== '';

/** What a source may not use, each once. */
function forbidden(module: Module, functions: Functions, entry: Entry, role: Role): readonly string[] {
  const faults = new Set<string>();
  const start = startOf(module);
  const scope = importsOf(role);
  for (const { module: from, base, params, results } of functions.filter(isImport)) {
    const [types, result] = scope[base] ?? [];
    const isInScope =
      from === SCOPE && types?.join(', ') === printTypes(params) && printTypes(results) === result?.replace('u', 'i');
    if (from === 'env' && base === 'seed') faults.add('uses Math.random; draw with uniform()');
    else if (!isInScope) faults.add(`imports '${base}', which is not in scope`);
    else if (base === 'index' && entry === 'fill') faults.add('fill has no index(); it numbers its elements itself');
  }
  if (faults.size > 0) return [...faults];
  if (dataSegments(module).length > 0) return [MEMORY];
  for (const { body } of functions.filter((each) => !isImport(each) && each.name !== start)) {
    forEachExpression(body, ({ kind, known }) => {
      if (!known) faults.add(`uses ${kind}, which is not supported`);
      else if (kind === 'GlobalSet') faults.add('keeps state in a global variable; every call must stand for itself');
      else if (kind === 'MemoryGrow' || kind === 'MemorySize') faults.add(MEMORY);
      else if (memoryKinds.test(kind) && entry !== 'fill') faults.add(MEMORY);
    });
  }
  if (start !== undefined) faults.add(`runs code outside of its functions; move it into ${entry}`);
  return faults.has(MEMORY) ? [MEMORY] : [...faults];
}

/** Whether a function returns for any arguments, soon. */
function isTotal(main: string, functions: Functions): boolean {
  const byName = new Map(functions.map((each) => [each.name, each]));
  const costs = new Map<string, number>();
  const cost = (name: string): number => {
    const known = costs.get(name);
    if (known !== undefined) return known;
    const info = byName.get(name)!;
    // Until it is known a function counts as one that calls itself.
    costs.set(name, isImport(info) ? 1 : Infinity);
    if (isImport(info)) return 1;
    let sum = 1;
    forEachExpression(info.body, (visited) => {
      if (visited.kind === 'Loop' || canTrap(visited)) sum = Infinity;
      if (visited.kind === 'Call') sum += cost(visited.info['target'] as string);
    });
    costs.set(name, sum);
    return sum;
  };
  return cost(main) <= MOST_CALLS;
}
