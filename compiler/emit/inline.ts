import { forEachExpression, functionInfo, listTypes, setLocalIndex, v128, type Module, type Ref } from './binaryen.js';
import type { Locals } from './code.js';

/** Nodes, as Binaryen counts them, of the largest function whose body takes the place of a call. */
const LARGEST = 160;

const branching: ReadonlySet<string> = new Set(['Call', 'Loop', 'If', 'Break', 'Switch', 'Return']);

/** Whether a function has no branch and no call, and is small enough for a copy wherever it is called in a loop. */
export function isInlinable(module: Module, name: string): boolean {
  let nodes = 0;
  let branches = 0;
  forEachExpression(functionInfo(module, name).body, ({ kind, known }) => {
    nodes++;
    if (!known || branching.has(kind)) branches++;
  });
  return branches === 0 && nodes <= LARGEST;
}

/** The value of an inlinable function of vectors, computed where it is used. */
export function inlineBody(module: Module, locals: Locals, name: string, args: readonly Ref[]): Ref {
  const { params, vars, body } = functionInfo(module, name);
  const own = [...listTypes(params), ...vars].map((type) => locals.make(type));
  const copy = module.copyExpression(body);
  forEachExpression(copy, ({ ref, kind, info }) => {
    if (kind === 'LocalGet' || kind === 'LocalSet') setLocalIndex(ref, kind, own[info['index'] as number]!.index);
  });
  return module.block(null, [...args.map((arg, index) => own[index]!.set(arg)), copy], v128);
}
