import type { EditorState } from '@codemirror/state';
import type { Fault } from '../workers/rpc.js';
import { pointerOf, rangeOf, syntaxFault, type Range } from './pointers.js';

/** A fault and where in the text it is. */
export interface Problem extends Range {
  readonly message: string;
  readonly line: number;
}

/** What is wrong with a text, in its order. */
export function problemsOf(state: EditorState, fault: Fault): readonly Problem[] {
  const issues = fault.issues ?? [
    { code: '', pointer: pointerOf(state.doc.toString(), fault.subject ?? ''), message: fault.message },
  ];
  const problems = issues.map(({ code, pointer, message }) => {
    const range = (code === 'json' ? syntaxFault(state) : undefined) ?? rangeOf(state, pointer);
    const [from, to] = [range.from, range.to].map((at) => Math.min(at, state.doc.length)) as [number, number];
    return { from, to, message, line: state.doc.lineAt(from).number };
  });
  return problems.sort((a, b) => a.from - b.from);
}
