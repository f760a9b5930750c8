/** Where in JSON text what a JSON pointer (RFC 6901) means stands. */
import { ensureSyntaxTree } from '@codemirror/language';
import type { EditorState } from '@codemirror/state';

type Tree = NonNullable<ReturnType<typeof ensureSyntaxTree>>;
type SyntaxNode = Tree['topNode'];

export interface Range {
  readonly from: number;
  readonly to: number;
}

const PATIENCE = 500;

const decode = (token: string): string => token.replaceAll('~1', '/').replaceAll('~0', '~');

const isValue = ({ name }: SyntaxNode): boolean =>
  ['Object', 'Array', 'String', 'Number', 'True', 'False', 'Null'].includes(name);

function valuesIn(node: SyntaxNode): SyntaxNode[] {
  const values: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) if (isValue(child)) values.push(child);
  return values;
}

/** The property of an object, which the last one of a name is. */
function propertyOf(object: SyntaxNode, key: string, state: EditorState): SyntaxNode | undefined {
  return object
    .getChildren('Property')
    .filter((property) => {
      const name = property.getChild('PropertyName');
      try {
        return name !== null && JSON.parse(state.sliceDoc(name.from, name.to)) === key;
      } catch {
        return false;
      }
    })
    .at(-1);
}

/** The place of a pointer: a property with its name, an element of a list; what is nearest around it where it is missing. */
export function rangeOf(state: EditorState, pointer: string): Range {
  const tree = ensureSyntaxTree(state, state.doc.length, PATIENCE);
  let value = tree ? valuesIn(tree.topNode)[0] : undefined;
  if (!value) return { from: 0, to: Math.min(1, state.doc.length) };
  let range: Range = { from: value.from, to: value.from + 1 };
  for (const token of pointer.split('/').slice(1).map(decode)) {
    if (value?.name === 'Object') {
      const property = propertyOf(value, token, state);
      if (!property) break;
      range = property;
      value = valuesIn(property)[0];
    } else if (value?.name === 'Array') {
      const element: SyntaxNode | undefined = valuesIn(value)[Number(token)];
      if (!element) break;
      range = element;
      value = element;
    } else break;
  }
  return { from: range.from, to: range.to };
}

/** Where text stops being JSON; undefined where all of it is. */
export function syntaxFault(state: EditorState): Range | undefined {
  const tree = ensureSyntaxTree(state, state.doc.length, PATIENCE);
  let found: Range | undefined;
  tree?.iterate({
    enter: ({ type, from, to }) => {
      if (type.isError) found ??= { from: Math.max(0, from === to ? from - 1 : from), to: Math.max(to, from) };
      return found === undefined;
    },
  });
  return found;
}

/** The pointer to what an error is about: a layer or input by name, or by its place. */
export function pointerOf(text: string, subject: string): string {
  const [, list, index] = /^(layers|inputs|outputs|variables)\[(\d+)\]/.exec(subject) ?? [];
  if (list !== undefined) return `/${list}/${index}`;
  let source: unknown;
  try {
    source = JSON.parse(text);
  } catch {
    return '';
  }
  const fields = Object(source) as Readonly<Record<string, unknown>>;
  for (const name of [subject, subject.replace(/\.[^.]*$/, '')]) {
    for (const entries of ['layers', 'inputs', 'variables']) {
      const all = fields[entries];
      if (!Array.isArray(all)) continue;
      const at = all.findIndex((entry: unknown) => (Object(entry) as { readonly name?: unknown }).name === name);
      if (at >= 0) return `/${entries}/${at}`;
    }
  }
  return '';
}
