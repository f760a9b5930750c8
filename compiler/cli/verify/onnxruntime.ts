import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { NacreError, OptionError } from '../../errors.js';
import type { Tensor } from '../../tensor.js';
import { readBytes } from '../../files/disk.js';
import type { Result } from './compare.js';
import type { Reference } from './reference.js';

const PACKAGE = 'onnxruntime-node';

export interface RuntimeTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: ArrayLike<number | bigint>;
}

interface Session {
  readonly outputNames: readonly string[];
  run(
    feeds: Readonly<Record<string, RuntimeTensor>>,
    fetches: readonly string[],
  ): Promise<Readonly<Record<string, RuntimeTensor>>>;
  release(): Promise<void>;
}

/** The part of onnxruntime-node that is used. */
export interface Runtime {
  readonly env: { logLevel?: string };
  readonly Tensor: new (type: string, data: Tensor['data'], dims: readonly number[]) => RuntimeTensor;
  readonly InferenceSession: {
    create(model: Uint8Array, options: Readonly<Record<string, unknown>>): Promise<Session>;
  };
}

interface Found {
  readonly runtime: Runtime;
  readonly version: string;
}

/**
 * Loads onnxruntime-node as a folder sees it, or as this package does.
 *
 * @throws OptionError where neither has it, or it does not load
 */
export function loadRuntime(folder: string): Found {
  for (const from of [join(folder, 'package.json'), import.meta.url]) {
    const require = createRequire(from);
    try {
      require.resolve(PACKAGE);
    } catch {
      continue;
    }
    try {
      const { version } = require(`${PACKAGE}/package.json`) as { readonly version: string };
      const runtime = require(PACKAGE) as Runtime;
      runtime.env.logLevel = 'error';
      return { runtime, version };
    } catch (error) {
      throw new OptionError('dependency', PACKAGE, `cannot be loaded: ${(error as Error).message}`);
    }
  }
  throw new OptionError('dependency', '--against', `${PACKAGE} is not installed; npm install ${PACKAGE}`);
}

/** ModelProto.graph, GraphProto.output and ValueInfoProto.name. */
const [GRAPH, OUTPUT, NAME] = [7, 12, 1];

/**
 * A model with values of its graph as further outputs. Protobuf joins the parts of a message that stands in a file more than
 * once, so they are a second part of the graph behind the model.
 */
export function withOutputs(model: Uint8Array, names: readonly string[]): Uint8Array {
  const graph = new BinaryWriter();
  for (const name of names) {
    const port = new BinaryWriter().tag(NAME, WireType.LengthDelimited).string(name).finish();
    graph.tag(OUTPUT, WireType.LengthDelimited).bytes(port);
  }
  const part = new BinaryWriter().tag(GRAPH, WireType.LengthDelimited).bytes(graph.finish()).finish();
  const bytes = new Uint8Array(model.length + part.length);
  bytes.set(model);
  bytes.set(part, model.length);
  return bytes;
}

const result = ({ type, dims, data }: RuntimeTensor): Result => ({ dtype: type, shape: dims, data });

/**
 * An ONNX model in onnxruntime-node, on the processor.
 *
 * @param bindings values of inputs that are no inputs of the compiled model
 * @throws OptionError where the package is missing. When it runs: NacreError with what onnxruntime says
 */
export function onnxruntime(
  path: string,
  bindings: ReadonlyMap<string, Tensor>,
  { runtime, version }: Found = loadRuntime(process.cwd()),
): Reference {
  const title = `onnxruntime ${version}`;
  const options = {
    executionProviders: ['cpu'],
    logSeverityLevel: 3,
    extra: { session: { model_external_initializers_file_folder_path: resolve(dirname(path)) } },
  };
  return {
    title,
    async run(_pipeline, inputs, outputs) {
      const bytes = await readBytes(path);
      try {
        const own = await runtime.InferenceSession.create(bytes, options);
        const further = outputs.filter((name) => !own.outputNames.includes(name));
        const session =
          further.length === 0 ? own : await runtime.InferenceSession.create(withOutputs(bytes, further), options);
        const feeds = Object.fromEntries(
          [...bindings, ...inputs].map(([name, { dtype, data, shape }]) => [
            name,
            new runtime.Tensor(dtype, data, shape),
          ]),
        );
        const given = await session.run(feeds, outputs);
        return new Map(outputs.map((name) => [name, result(given[name]!)]));
      } catch (error) {
        throw new NacreError('onnxruntime', title, (error as Error).message);
      }
    },
  };
}
