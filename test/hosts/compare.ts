import { goldenNetworks, goldenParameters } from './golden.js';
import type { Hashes, HostDigest, LoaderDigest, Run, Runs } from './host.js';

/** The most by which an output of the relaxed module may differ from the baseline's. */
export const TOLERANCE = 1e-5;

export interface Verdict {
  readonly faults: readonly string[];
  /** The largest difference of a relaxed output; null where the engine has no relaxed SIMD. */
  readonly difference: number | null;
}

const floats = (words: readonly number[]): Float32Array => new Float32Array(Uint32Array.from(words).buffer);

/** Largest difference of the values; infinite where their counts differ or one is not a number. */
function largestDifference(expected: readonly number[], got: readonly number[]): number {
  if (expected.length !== got.length) return Infinity;
  const [left, right] = [floats(expected), floats(got)];
  return left.reduce((most, value, i) => {
    const difference = Math.abs(value - right[i]!);
    return Number.isNaN(difference) ? Infinity : Math.max(most, difference);
  }, 0);
}

function hashFaults(what: string, expected: Hashes, got: Hashes): string[] {
  return [...new Set([...Object.keys(expected), ...Object.keys(got)])]
    .filter((key) => expected[key] !== got[key])
    .map((key) => `${what} of ${key} differ: expected ${expected[key]}, got ${got[key]}`);
}

function runFaults(what: string, expected: Run, got: Run): string[] {
  const faults: string[] = [];
  if (expected.parameters !== got.parameters)
    faults.push(`${what}: parameters differ: expected ${expected.parameters}, got ${got.parameters}`);
  const at = expected.outputs.findIndex((word, i) => word !== got.outputs[i]);
  if (expected.outputs.length !== got.outputs.length || at >= 0) {
    const difference = largestDifference(expected.outputs, got.outputs);
    faults.push(`${what}: outputs differ by up to ${difference} from value ${at} on`);
  }
  return faults;
}

/** Whether an engine has relaxed SIMD: all of its relaxed runs or none. */
const isRelaxed = ({ networks }: HostDigest): boolean =>
  Object.values(networks).some(({ relaxed }) => relaxed !== null);

function relaxedRun(name: string, { baseline, relaxed }: Runs[string]): { difference: number; faults: string[] } {
  if (!relaxed) return { difference: Infinity, faults: [`${name} relaxed: did not run`] };
  const difference = largestDifference(baseline.outputs, relaxed.outputs);
  const faults = runFaults(`${name} relaxed`, { ...relaxed, parameters: baseline.parameters }, relaxed);
  if (!(difference <= TOLERANCE))
    faults.push(`${name} relaxed: outputs differ by ${difference}, more than ${TOLERANCE}`);
  return { difference, faults };
}

function loaderFaults({ networks }: LoaderDigest, runs: Runs, relaxed: boolean): string[] {
  const faults: string[] = [];
  for (const [name, run] of Object.entries(runs)) {
    const loaded = networks[name];
    if (!loaded) {
      faults.push(`loader, ${name}: did not run`);
      continue;
    }
    faults.push(...runFaults(`loader, ${name}`, run.baseline, loaded.baseline));
    if (!('message' in loaded.relaxed)) {
      faults.push(...runFaults(`loader, ${name} relaxed`, run.relaxed ?? run.baseline, loaded.relaxed));
    } else if (relaxed) {
      faults.push(`loader, ${name} relaxed: ${loaded.relaxed.name}: ${loaded.relaxed.message}`);
    }
    if ((loaded.chosen === 'relaxed') !== relaxed) faults.push(`loader, ${name}: chose the ${loaded.chosen} module`);
  }
  return faults;
}

/**
 * What is wrong with what a host made of the modules.
 *
 * @param reference what another host made of them · @param modules the hash of the modules
 */
export function judge(digest: HostDigest, reference: HostDigest, modules: string): Verdict {
  const relaxed = isRelaxed(digest);
  const faults: string[] = [];
  let difference: number | null = relaxed ? 0 : null;
  for (const [name, expected] of Object.entries(reference.networks)) {
    const got = digest.networks[name];
    if (!got) {
      faults.push(`${name}: did not run`);
      continue;
    }
    faults.push(...runFaults(name, { ...expected.baseline, parameters: goldenNetworks[name]! }, got.baseline));
    if (!relaxed) continue;
    const run = relaxedRun(name, got);
    difference = Math.max(difference!, run.difference);
    faults.push(...run.faults);
  }
  if (digest.loader) faults.push(...loaderFaults(digest.loader, digest.networks, relaxed));
  const { parameters, relaxedParameters, outputs, note } = digest;
  if (!note && !(parameters && relaxedParameters !== undefined && outputs))
    faults.push('leaves out what it has to run');
  if (parameters) faults.push(...hashFaults('parameters', goldenParameters, parameters));
  if (relaxedParameters) faults.push(...hashFaults('relaxed parameters', goldenParameters, relaxedParameters));
  if (outputs) faults.push(...hashFaults('outputs', reference.outputs ?? outputs, outputs));
  if ((digest.modules ?? modules) !== modules) faults.push(`compiles other modules: ${digest.modules}`);
  return { faults, difference };
}
