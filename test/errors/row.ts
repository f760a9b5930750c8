import test, { type ExecutionContext } from 'ava';
import { instantiateSync as instantiateForward } from '../../runtime/forward.js';
import * as runtime from '../../runtime/index.js';
import type { Tensor } from '../../runtime/index.js';
import { bytesOf, validInputs, type ModelName } from './models.js';

type ErrorClass = 'InputError' | 'ShapeError' | 'VariableError' | 'ModuleError';

/** Something to do with a model that has answered its valid input, or with a fresh one, and what must come of it. */
export interface Row<N> {
  readonly title: string;
  readonly model: ModelName;
  readonly fresh?: boolean;
  readonly action: (net: N) => unknown;
  readonly class: ErrorClass;
  readonly message: string | RegExp;
  /** Other fields of the error. */
  readonly details?: Readonly<Record<string, unknown>>;
}

interface Forward {
  forward(inputs: Readonly<Record<string, Tensor>>): Readonly<Record<string, Tensor>>;
}

/** The bits of what a model answers to its valid input. */
function answer(net: Forward, model: ModelName): { readonly bits: Uint8Array; readonly shape: readonly number[] } {
  const { data, shape } = net.forward(validInputs(model))['y']!;
  return { bits: new Uint8Array(data.buffer, data.byteOffset, data.byteLength), shape };
}

/** Expects the error of a row, of its class and with its text. */
export function expectError(
  t: ExecutionContext,
  action: () => unknown,
  row: Pick<Row<never>, 'class' | 'message' | 'details'>,
): void {
  const error = t.throws(action);
  if (row.message instanceof RegExp) t.regex(error.message, row.message);
  else t.is(error.message, row.message);
  t.true(error instanceof runtime[row.class], error.name);
  t.like(error, { name: row.class, subject: error.message.slice(0, error.message.indexOf(': ')), ...row.details });
}

/** Tests a row: the error, and that the model answers its valid input as before, to the bit. */
export function testRow<Net extends Forward>(row: Row<Net>, loader: string, make: (bytes: Uint8Array) => Net): void {
  const { title, model, fresh = false } = row;
  test(`${title} (${model}, ${loader})`, async (t) => {
    const bytes = await bytesOf(model);
    const expected = answer(make(bytes), model);
    const net = make(bytes);
    if (!fresh) answer(net, model);
    expectError(t, () => row.action(net), row);
    t.deepEqual(answer(net, model), expected);
  });
}

/** A model as JavaScript sees it. */
export interface Net {
  forward(inputs?: unknown): Readonly<Record<string, Tensor>>;
  resize(shapes?: unknown): void;
  run(): void;
  readonly inputs: Readonly<Record<string, Float32Array>>;
  readonly outputs: Readonly<Record<string, Float32Array>>;
}

/** Tests rows with the loader that has variables, and with the one that has none. */
export function testCalls(rows: readonly Row<Net>[]): void {
  for (const row of rows) {
    testRow(row, 'nacre/runtime', (bytes) => runtime.instantiateSync(bytes) as unknown as Net);
    testRow(row, 'nacre/runtime/forward', (bytes) => instantiateForward(bytes) as unknown as Net);
  }
}
