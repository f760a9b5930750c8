import { NacreError, OptionError } from '../../errors.js';
import { runSelfTest } from '../../self-test.js';
import { prettyJson } from '../../text.js';
import type { Streams } from '../command.js';
import { namingFiles } from '../weights.js';

/**
 * Runs the test that a compiled module carries.
 *
 * @throws OptionError for a module without one · NacreError where it does not pass
 */
export function verifyModule(path: string, binary: Uint8Array, json: boolean, { stdout }: Streams): void {
  const run = namingFiles(path, () => runSelfTest(binary));
  if (!run) {
    const what = 'is compiled already, without --self-test; give the model it was compiled from';
    throw new OptionError('file', path, what);
  }
  const { test, failure } = run;
  if (json) stdout.write(`${prettyJson({ selfTest: { ...test, passed: failure === undefined, failure } })}\n`);
  if (failure !== undefined) throw new NacreError('deviation', path, failure);
  const shapes = test.inputs.map((shape) => `(${shape.join(', ')})`).join(', ');
  const how = test.tolerance === 0 ? 'bit for bit' : `within ${test.tolerance}`;
  if (!json) stdout.write(`the outputs for inputs ${shapes} are those of the compiler, ${how}\n`);
}
