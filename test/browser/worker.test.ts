import { MessageChannel } from 'node:worker_threads';
import test from 'ava';
import { custom, dense, input, sequential } from '../../compiler/index.js';
import { NacreError, OptionError } from '../../compiler/index.js';
import { importOnnx } from '../../compiler/import/onnx/index.js';
import { connectCompiler, serveCompiler, type Port, type WorkerCompiler } from '../../compiler/worker/index.js';
import { compile } from '../../compiler/index.js';
import { cases, sourceOf } from './cases.js';
import { digests } from './digest.js';

const absent = (): Promise<unknown> => Promise.reject(new Error('absent'));

function connect(): WorkerCompiler {
  const { port1, port2 } = new MessageChannel();
  serveCompiler({ port: port1 as unknown as Port, assemblyscript: absent, h5wasm: absent });
  return connectCompiler(port2 as unknown as Port);
}

test('a worker compiles the same bytes, and rejects with the same errors', async (t) => {
  const compiler = connect();
  t.deepEqual(
    await digests(({ model, options = {} }, target) => compiler.compile(model, { ...options, target })),
    await digests(async ({ model, options = {} }, target) =>
      compile(await sourceOf(model, absent), { ...options, target, assemblyscript: absent }),
    ),
  );
  compiler.close();
});

test('it tells its progress, and answers in the order of requests', async (t) => {
  const compiler = connect();
  const told: string[] = [];
  const onProgress = (name: string) => (progress: { readonly stage: string; readonly done: number }) =>
    told.push(`${name} ${progress.stage} ${progress.done}`);
  const [{ model }] = cases as [(typeof cases)[0]];
  await Promise.all(['a', 'b'].map((name) => compiler.compile(model, { onProgress: onProgress(name) })));
  const stages = ['lower 0', 'plan 1', 'emit 3', 'done 4'];
  t.deepEqual(
    told,
    ['a', 'b'].flatMap((name) => stages.map((stage) => `${name} ${stage}`)),
  );
  compiler.close();
});

test('a graph goes there with its tensors; buffers may be handed over', async (t) => {
  const compiler = connect();
  const graph = sequential([
    input([1, 2]),
    dense({ units: 1, weight: { data: Float32Array.of(2, 3), shape: [2, 1] } }),
  ]);
  t.deepEqual((await compiler.compile(graph)).binary, (await compile(graph)).binary);
  const { model } = cases.find(({ name }) => name === 'ONNX')!;
  const bytes = Uint8Array.from((model as { readonly bytes: Uint8Array }).bytes);
  await compiler.compile({ format: 'onnx', bytes }, { transfer: [bytes.buffer] });
  t.is(bytes.length, 0);
  compiler.close();
});

test('what cannot be sent is refused', async (t) => {
  const compiler = connect();
  const refused = async (message: string, ...args: readonly unknown[]): Promise<void> => {
    const call = (): Promise<unknown> => compiler.compile(...(args as Parameters<WorkerCompiler['compile']>));
    await t.throwsAsync(call, { instanceOf: OptionError, message });
  };
  const net = (weight: unknown) => sequential([input([1, 2]), dense({ units: 1, weight: weight as 'zeros' })]);
  await refused('compile.tensorNames: has functions, which cannot be sent to a worker', net('zeros'), {
    tensorNames: (name: string) => name,
  });
  await refused('compile.functions: has functions, which cannot be sent to a worker', net('zeros'), {
    functions: { mine: () => new Float32Array(2) },
  });
  await t.throwsAsync(compiler.compile(net(() => new Float32Array(2))), {
    instanceOf: OptionError,
    message: /: is a host initializer, which cannot be sent to a worker$/,
  });
  const { bytes } = cases.find(({ name }) => name === 'ONNX')!.model as { readonly bytes: Uint8Array };
  await refused('model: is imported already; send its file, such as { format: "onnx", bytes }', importOnnx(bytes));
  await refused('compile.seed: must be a whole number from 0 to 2^64 - 1, got -1', net('zeros'), { seed: -1 });
  compiler.close();
});

test('what is not answered is rejected when the worker ends', async (t) => {
  const compiler = connect();
  const pending = compiler.compile(cases[0]!.model);
  compiler.close();
  const closed = { instanceOf: NacreError, message: 'worker: is closed' };
  await t.throwsAsync(pending, closed);
  await t.throwsAsync(compiler.compile(cases[0]!.model), closed);
});

test('a worker that does not start fails what is asked of it', async (t) => {
  const worker = new EventTarget() as unknown as Port & EventTarget;
  worker.postMessage = () => undefined;
  const compiler = connectCompiler(worker);
  const pending = compiler.compile(cases[0]!.model);
  worker.dispatchEvent(Object.assign(new Event('error'), { message: 'no such file' }));
  const failed = { instanceOf: NacreError, message: 'worker: does not start: no such file' };
  await t.throwsAsync(pending, failed);
  await t.throwsAsync(compiler.compile(cases[0]!.model), failed);
});

test('sources are compiled where the worker has asc', async (t) => {
  const { port1, port2 } = new MessageChannel();
  serveCompiler({ port: port1 as unknown as Port });
  const compiler = connectCompiler(port2 as unknown as Port);
  const mine = custom('mine', {}, 'export function sample(): f32 { return normal() * 2; }');
  const graph = sequential([input([1, 2]), dense({ units: 1, weight: mine() })]);
  t.deepEqual((await compiler.compile(graph)).binary, (await compile(graph)).binary);
  compiler.close();
});
