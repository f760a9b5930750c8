/** Modules that test themselves: what they are to compute, and whether they do. */
import { InputError, ShapeError } from '../runtime/errors.js';
import { arrays } from '../runtime/feed.js';
import { Status, type ManifestSelfTest } from '../runtime/manifest.js';
import { open, openSync } from '../runtime/open.js';
import { Session } from '../runtime/session.js';
import { SIZES_DIFFER, type SelfTest } from './emit/self-test.js';
import { isExternal, isHost } from './emit/steps.js';
import { InternalError } from './errors.js';
import type { KernelPlan } from './plan/types.js';
import { fail, type SelfTestOption } from './self-test-option.js';
import type { Tensor } from './tensor.js';

/**
 * Requires that nothing but calls of its functions makes a module of the plan run.
 *
 * @throws OptionError where its host has to fill variables
 */
export function requireSelfContained({ variables }: KernelPlan): void {
  if (variables.some(isExternal)) fail("the weights would be in a file; compile with weights: 'embed'");
  const filled = variables.find(isHost);
  if (filled) fail(`${filled.variable.name} is filled by a function of the host; compile with weights: 'embed'`);
}

/** An instance that shows what stands in its ports, and runs its own test. */
class Trial extends Session {
  tensors(): SelfTest {
    const read = ({ dtype, sizes, view }: (typeof this.ins)[number]): Tensor => ({
      dtype,
      shape: sizes.slice(),
      data: view.slice(),
    });
    return { inputs: this.ins.map(read), outputs: this.outs.map(read) };
  }

  /** What is wrong, or undefined where the test passes. */
  failure(): string | undefined {
    const status = (this.exports as unknown as { selfTest(): number }).selfTest();
    if (status !== Status.mismatch) {
      this.check(status);
      return undefined;
    }
    const [index, position, bits] = this.words() as unknown as [number, number, number];
    this.settle(this.manifest.selfTest!.inputs);
    const { name, dtype, view } = this.outs[index]!;
    if (position === SIZES_DIFFER) return `output '${name}' has other sizes than expected`;
    // Of int64 the table has only one half.
    const expected = dtype === 'int64' ? '' : `expected ${new arrays[dtype](Uint32Array.of(bits).buffer)[0]}, `;
    return `output '${name}' differs at position ${position}: ${expected}got ${view[position]}`;
  }
}

/**
 * What a module makes of inputs.
 *
 * @param binary for the baseline target
 * @throws OptionError for inputs that the module does not take
 */
export async function tryInputs(binary: Uint8Array, { inputs }: SelfTestOption): Promise<SelfTest> {
  const trial = await open(binary, Trial);
  try {
    trial.forward(inputs);
  } catch (error) {
    if (error instanceof InputError || error instanceof ShapeError) fail(error.message.replace(/^forward: /, ''));
    throw error;
  }
  return trial.tensors();
}

function outcomeOf(
  trial: Trial,
): { readonly test: ManifestSelfTest; readonly failure: string | undefined } | undefined {
  const { selfTest: test } = trial.manifest;
  return test && { test, failure: trial.failure() };
}

/** The test that a module carries of itself, and what is wrong where it does not pass; undefined for a module without one. */
export function runSelfTest(binary: Uint8Array): ReturnType<typeof outcomeOf> {
  return outcomeOf(openSync(binary, Trial));
}

/**
 * Requires that a module passes its own test where this host can run it.
 *
 * @throws OptionError for a relaxed module that is too far from baseline
 */
export async function confirm(binary: Uint8Array, target: 'baseline' | 'relaxed'): Promise<void> {
  if (!WebAssembly.validate(binary as Uint8Array<ArrayBuffer>)) return;
  const failure = outcomeOf(await open(binary, Trial))?.failure;
  if (failure === undefined) return;
  if (target === 'baseline') throw new InternalError(`the module fails its own test: ${failure}`);
  fail(
    `on this processor the relaxed module is too far from baseline: ${failure}; give other inputs or compile for baseline`,
  );
}
