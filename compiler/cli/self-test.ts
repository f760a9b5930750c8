import type { CompileOptions } from '../compile.js';
import { OptionError } from '../errors.js';
import type { Pipeline } from '../pipeline.js';
import type { Streams } from './command.js';
import { readInputs } from './inputs.js';

/** The option of `compile` for a module that tests itself. */
export const selfTestOption = {
  value: 'FILE',
  multiple: true,
  help: 'also export selfTest, which runs the module on this input (NAME=FILE of several) and compares the outputs',
} as const;

/**
 * The inputs of the test, as `compile` takes them.
 *
 * @throws OptionError for names that are no inputs of the model, files that cannot be read, and where no module is written
 */
export async function readSelfTest(
  values: { readonly 'self-test': readonly string[]; readonly 'stop-after': string | undefined },
  pipeline: Pipeline,
  streams: Streams,
): Promise<Pick<CompileOptions, 'selfTest'>> {
  const texts = values['self-test'];
  if (texts.length === 0) return {};
  if (values['stop-after'] !== undefined) {
    throw new OptionError('arguments', '--self-test', 'excludes --stop-after; give one or the other');
  }
  const ports = pipeline.lower().inputs.map(({ name, value }) => ({ name, dtype: value.dtype }));
  const [only, ...others] = ports;
  const named = texts.map((text) =>
    only && others.length === 0 && !text.includes('=') ? `${only.name}=${text}` : text,
  );
  return { selfTest: { inputs: await readInputs('--self-test', named, ports, streams) } };
}
