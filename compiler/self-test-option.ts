import type { Feed } from '../runtime/types.js';
import { OptionError } from './errors.js';
import { show } from './show.js';

export interface SelfTestOption {
  /** Values for every input, as `forward` takes them. */
  readonly inputs: Readonly<Record<string, Feed>>;
}

/** @throws OptionError */
export const fail = (what: string): never => {
  throw new OptionError('option', 'compile.selfTest', what);
};

/** @throws OptionError for what is no such option */
export function checkSelfTest(option: unknown): SelfTestOption | undefined {
  if (option === undefined) return undefined;
  const { inputs, ...others } = Object(option) as Record<string, unknown>;
  const isRecord = Object.prototype.toString.call(inputs) === '[object Object]';
  if (!isRecord) return fail(`must be { inputs: { name: values } }, got ${show(option)}`);
  const [other] = Object.keys(others);
  if (other !== undefined) fail(`has an unknown field '${other}'; it takes inputs`);
  return { inputs: inputs as SelfTestOption['inputs'] };
}
