import { fileURLToPath } from 'node:url';
import { loadRuntime, type Runtime, type RuntimeTensor } from '../../compiler/cli/verify/onnxruntime.js';
import type { Result } from '../../compiler/cli/verify/compare.js';
import type { Tensor } from '../../compiler/tensor.js';

export const RUNTIME = 'onnxruntime-node';

let found: { readonly runtime: Runtime; readonly version: string } | undefined;

/** A model in onnxruntime, on one thread. */
export interface Session {
  readonly reference: string;
  run(inputs: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Result>>>;
  release(): Promise<void>;
}

export async function openSession(model: Uint8Array): Promise<Session> {
  found ??= loadRuntime(fileURLToPath(new URL('../../../test/models/', import.meta.url)));
  const { runtime, version } = found;
  const options = { executionProviders: ['cpu'], logSeverityLevel: 3, intraOpNumThreads: 1 };
  const session = await runtime.InferenceSession.create(model, options);
  return {
    reference: `onnxruntime ${version}`,
    run: async (inputs) => {
      const feeds = Object.entries(inputs).map(([name, { dtype, data, shape }]): [string, RuntimeTensor] => [
        name,
        new runtime.Tensor(dtype, data, shape),
      ]);
      const outputs = await session.run(Object.fromEntries(feeds), session.outputNames);
      return Object.fromEntries(
        Object.entries(outputs).map(([name, { type, dims, data }]) => [name, { dtype: type, shape: dims, data }]),
      );
    },
    release: () => session.release(),
  };
}
