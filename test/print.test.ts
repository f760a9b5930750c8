import test from 'ava';
import { binary, element, scalar, select, unary } from '../compiler/build.js';
import { parseDeclaration, type GraphSource } from '../compiler/declaration.js';
import { compile } from '../compiler/index.js';
import { Pipeline } from '../compiler/pipeline.js';
import { printDeclaration, printPlan, printTensorGraph } from '../compiler/print.js';
import { printExpression } from '../compiler/print/expression.js';
import { seedGraphs } from './seed-graphs.js';

const golden = ['convolution with aliases and no from', 'unknown input, two layers tied'];

const small: GraphSource = {
  nacre: 1,
  name: 'small',
  inputs: [{ name: 'x', shape: [1, 4] }],
  layers: [
    { name: 'scale', kind: 'multiply', from: ['x', 'x'] },
    { name: 'hidden', kind: 'dense', from: 'scale', units: 3, activation: 'gelu', weight: { kind: 'normal', seed: 7 } },
    { name: 'y', kind: 'softmax' },
  ],
  outputs: ['y', { name: 'again', from: 'x' }],
};

const sources: readonly (readonly [name: string, source: GraphSource])[] = [
  ['small', small],
  ...seedGraphs.filter(({ name }) => golden.includes(name)).map(({ name, source }) => [name, source] as const),
];

for (const [name, source] of sources) {
  test(`stages of ${name}`, (t) => {
    const pipeline = new Pipeline(source);
    t.snapshot(printTensorGraph(pipeline.lower()), 'lower');
    t.snapshot(printTensorGraph(pipeline.optimize()), 'optimize');
    t.snapshot(printPlan(pipeline.plan()), 'plan');
  });
}

test('stages print the same each time', (t) => {
  for (const { source } of seedGraphs) {
    const [one, other] = [new Pipeline(source), new Pipeline(source)];
    t.is(printTensorGraph(one.optimize()), printTensorGraph(other.optimize()));
    t.is(printPlan(one.plan()), printPlan(other.plan()));
  }
});

test('a printed declaration parses to itself', (t) => {
  for (const { source } of seedGraphs) {
    const declaration = parseDeclaration(source);
    t.deepEqual(parseDeclaration(printDeclaration(declaration)), declaration);
  }
});

test('values print in part', (t) => {
  const weight = Array.from({ length: 4 }, (_, row) => [row, row / 2]);
  const layers = [{ name: 'y', kind: 'dense', units: 2, weight, bias: [1, 2] }] as const;
  const text = printTensorGraph(
    new Pipeline({ nacre: 1, inputs: [{ name: 'x', shape: [1, 4] }], layers, outputs: ['y'] }).lower(),
  );
  t.regex(text, /constant \{float32 \(4, 2\) \[0, 0, 1, 0\.5, … 8 values\]\} {2}# y\.weight/);
  t.regex(text, /constant \{float32 \(2\) \[1, 2\]\} {2}# y\.bias/);
});

test('expressions print with as few parentheses as they need', (t) => {
  const [x, y] = [element(0), element(1)];
  const chosen = select('less', binary('add', x, y), scalar(0), unary('sin', x), y);
  const rows = [
    [binary('subtract', x, binary('subtract', x, y)), 'x - (x - y)'],
    [binary('multiply', binary('power', x, y), binary('modulo', x, scalar(3))), 'power(x, y) * modulo(x, 3)'],
    [chosen, 'x + y < 0 ? sin(x) : y'],
    [binary('add', chosen, x), '(x + y < 0 ? sin(x) : y) + x'],
    [unary('floor', chosen), 'floor(x + y < 0 ? sin(x) : y)'],
    [select('equal', x, y, chosen, chosen), 'x == y ? (x + y < 0 ? sin(x) : y) : x + y < 0 ? sin(x) : y'],
    [select('lessOrEqual', chosen, y, x, scalar(Infinity)), '(x + y < 0 ? sin(x) : y) <= y ? x : Infinity'],
  ] as const;
  for (const [expression, text] of rows) t.is(printExpression(expression, ['x', 'y']), text);
});

test('the text of a module has its functions by name, and asking for it leaves the module as it is', async (t) => {
  const [plain, withText] = [await compile(small), await compile(small, { text: true })];
  t.deepEqual(withText.binary, plain.binary);
  t.is(plain.text, undefined);
  for (const name of ['infer', 'initialize', 'forward']) t.true(withText.text!.includes(`(func $${name} `), name);
});
