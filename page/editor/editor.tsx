import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView, keymap, lineNumbers, placeholder } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef } from 'preact/hooks';
import type { Fault } from '../workers/rpc.js';
import { problemsOf, type Problem } from './problems.js';

const colors = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--key)' },
  { tag: tags.string, color: 'var(--string)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--number)' },
]);

interface Props {
  /** What the editor holds to begin with; another object replaces what was written. */
  readonly loaded: { readonly text: string };
  readonly fault: Fault | undefined;
  /** A place to go to; a new object goes there again. */
  readonly target: { readonly at: number } | undefined;
  readonly onChange: (text: string) => void;
  readonly onProblems: (problems: readonly Problem[]) => void;
  /** Control and Enter. */
  readonly onCompile: () => void;
}

/** JSON with its faults marked where they are. */
export function Editor({ loaded, fault, target, onChange, onProblems, onCompile }: Props) {
  const parent = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | undefined>(undefined);
  const handlers = useRef({ onChange, onCompile });
  handlers.current = { onChange, onCompile };

  useEffect(() => {
    const compile = (): boolean => {
      handlers.current.onCompile();
      return true;
    };
    const created = new EditorView({
      parent: parent.current!,
      state: EditorState.create({
        doc: loaded.text,
        extensions: [
          keymap.of([{ key: 'Mod-Enter', run: compile }]),
          lineNumbers(),
          history(),
          bracketMatching(),
          indentOnInput(),
          json(),
          lintGutter(),
          syntaxHighlighting(colors),
          placeholder('Drop a model here, choose an example, or write a graph as JSON'),
          keymap.of([...defaultKeymap, ...historyKeymap, ...lintKeymap]),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ 'aria-label': 'The graph as JSON' }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) handlers.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = created;
    return () => created.destroy();
  }, []);

  useEffect(() => {
    const { current } = view;
    if (!current || current.state.doc.toString() === loaded.text) return;
    current.dispatch({ changes: { from: 0, to: current.state.doc.length, insert: loaded.text } });
  }, [loaded]);

  useEffect(() => {
    const { current } = view;
    if (!current) return;
    const problems = fault ? problemsOf(current.state, fault) : [];
    const diagnostics = problems.map(({ from, to, message }) => ({ from, to, message, severity: 'error' as const }));
    current.dispatch(setDiagnostics(current.state, diagnostics));
    onProblems(problems);
  }, [fault]);

  useEffect(() => {
    const { current } = view;
    if (!current || !target) return;
    current.dispatch({ selection: { anchor: target.at }, scrollIntoView: true });
    current.focus();
  }, [target]);

  return <div class="editor" ref={parent} />;
}
