import { json } from '@codemirror/lang-json';
import { EditorState } from '@codemirror/state';
import test from 'ava';
import { parseDeclaration } from '../../compiler/declaration.js';
import { pointerOf, rangeOf, syntaxFault } from '../../page/editor/pointers.js';
import { problemsOf } from '../../page/editor/problems.js';
import { faultOf } from '../../page/workers/rpc.js';

const stateOf = (doc: string): EditorState => EditorState.create({ doc, extensions: [json()] });

const text = '{"a": [1, {"b/c": "x", "b~c": 2}], "a": [3, {"b/c": "y", "b~c": 4}]}';

const places: readonly (readonly [pointer: string, expected: string])[] = [
  ['', '{'],
  ['/a', '"a": [3, {"b/c": "y", "b~c": 4}]'],
  ['/a/0', '3'],
  ['/a/1/b~1c', '"b/c": "y"'],
  ['/a/1/b~0c', '"b~c": 4'],
  ['/a/1/missing', '{"b/c": "y", "b~c": 4}'],
  ['/a/9', '"a": [3, {"b/c": "y", "b~c": 4}]'],
  ['/none', '{'],
];

for (const [pointer, expected] of places) {
  test(`the pointer '${pointer}' is at ${expected}`, (t) => {
    const { from, to } = rangeOf(stateOf(text), pointer);
    t.is(text.slice(from, to), expected);
  });
}

test('an error of the declaration has its line', (t) => {
  const source =
    '{"nacre": 1, "inputs": [{"name": "x", "shape": [4]}],\n"layers": [\n{"name": "h", "kind": "Dense"}],\n"outputs": ["q"]}';
  const error = t.throws(() => parseDeclaration(source));
  t.deepEqual(
    problemsOf(stateOf(source), faultOf(error)).map(({ line, message }) => `${line} ${message}`),
    ["3 h: unknown kind 'Dense'; did you mean 'dense'?", "4 q: from 'q' names no input and no layer above it"],
  );
});

test('an error that names a layer is at that layer, text that is no JSON where it stops', (t) => {
  const source = '{"layers": [\n{"name": "a"},\n{"name": "b"}], "inputs": [{"name": "x"}]}';
  t.is(pointerOf(source, 'b.weight'), '/layers/1');
  t.is(pointerOf(source, 'x'), '/inputs/0');
  t.is(pointerOf(source, 'layers[1]'), '/layers/1');
  t.is(pointerOf(source, 'nothing'), '');
  const broken = '{"nacre": 1,\n"layers": [}';
  const { from } = syntaxFault(stateOf(broken))!;
  t.is(stateOf(broken).doc.lineAt(from).number, 2);
  t.is(syntaxFault(stateOf(source)), undefined);
});
