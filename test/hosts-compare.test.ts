import test from 'ava';
import { bitsOf } from './abi/host.js';
import { judge, TOLERANCE } from './hosts/compare.js';
import { goldenNetworks, goldenParameters } from './hosts/golden.js';
import type { HostDigest, LoaderRun, Run, Runs } from './hosts/host.js';

const run = (name: string, ...outputs: number[]): Run => ({
  parameters: goldenNetworks[name]!,
  outputs: [...bitsOf(Float32Array.from(outputs))],
});

type Network = Runs[string];

const right: Network = { baseline: run('digits', 0.25, -0.5, 0), relaxed: run('digits', 0.25, -0.5, 1e-6) };

/** What a host makes of the digits alone, `changed` in parts. */
function digest(changed: Partial<Network> = {}, loaded: Partial<LoaderRun> = {}): HostDigest {
  const digits = { ...right, ...changed };
  const relaxed = digits.relaxed ?? { name: 'ModuleError', message: 'instantiate: …' };
  const chosen = digits.relaxed ? 'relaxed' : 'baseline';
  return {
    ...{ version: '1', engine: 'one', modules: 'abc', networks: { digits } },
    loader: {
      networks: { digits: { baseline: digits.baseline, relaxed, chosen, ...loaded } },
      ...{ given: 'bytes', empty: { name: 'ModuleError', message: 'instantiate: …' } },
    },
    ...{ parameters: goldenParameters, relaxedParameters: goldenParameters, outputs: { mlp: 'f00' } },
  };
}

const without = (...fields: (keyof HostDigest)[]): HostDigest =>
  Object.fromEntries(Object.entries(digest()).filter(([field]) => !fields.includes(field as never))) as never;

const passing: readonly [title: string, digest: HostDigest, difference: number | null][] = [
  ['what the reference made', digest(), Math.fround(1e-6)],
  ['no relaxed SIMD', { ...digest({ relaxed: null }), relaxedParameters: null }, null],
  ['no loader', without('loader'), Math.fround(1e-6)],
  ['a part that is left out with a note', { ...without('parameters', 'outputs'), note: 'slow' }, Math.fround(1e-6)],
  ['a module it only runs', without('modules'), Math.fround(1e-6)],
];

for (const [title, given, difference] of passing) {
  test(`a host passes: ${title}`, (t) => t.deepEqual(judge(given, digest(), 'abc'), { faults: [], difference }));
}

const far = run('digits', 0.25, -0.5, 2 * TOLERANCE);
const flipped = run('digits', 0.25, -0.5, -0);

const failing: readonly [title: string, digest: HostDigest, fault: RegExp][] = [
  ['other parameters', digest({ baseline: { ...right.baseline, parameters: 'f00' } }), /^digits: parameters differ/],
  ['one bit of an output', digest({ baseline: flipped }), /^digits: outputs differ by up to 0 from value 2 on$/],
  ['an output less', digest({ baseline: run('digits', 0.25, -0.5) }), /^digits: outputs differ by up to Infinity/],
  ['a relaxed output too far', digest({ relaxed: far }), /^digits relaxed: outputs differ by 0.0000199\d+, more/],
  ['a relaxed output that is no number', digest({ relaxed: run('digits', NaN, -0.5, 0) }), /differ by Infinity, more/],
  ['other relaxed parameters', digest({ relaxed: { ...right.relaxed!, parameters: 'f00' } }), /relaxed: parameters/],
  ['a network that did not run', { ...digest(), networks: {} }, /^digits: did not run$/],
  ['a loader of other bits', digest({}, { baseline: flipped }), /^loader, digits: outputs differ/],
  ['a loader of other relaxed bits', digest({}, { relaxed: far }), /^loader, digits relaxed: outputs differ/],
  ['a loader that refuses', digest({}, { relaxed: { name: 'Error', message: 'no' } }), /^loader, .* Error: no$/],
  ['a loader that takes the other', digest({}, { chosen: 'baseline' }), /^loader, digits: chose the baseline module$/],
  ['initializers left out', without('parameters'), /^leaves out/],
  ['relaxed initializers left out', without('relaxedParameters'), /^leaves out/],
  ['graphs left out', without('outputs'), /^leaves out/],
  ['an initializer', { ...digest(), parameters: { ...goldenParameters, zeros: 'f' } }, /^parameters of zeros differ/],
  ['a relaxed one', { ...digest(), relaxedParameters: { zeros: 'f' } }, /^relaxed parameters of zeros differ/],
  ['a graph', { ...digest(), outputs: { mlp: 'f01' } }, /^outputs of mlp differ: expected f00, got f01$/],
  ['other modules', { ...digest(), modules: 'abd' }, /^compiles other modules: abd$/],
];

for (const [title, given, fault] of failing) {
  test(`a host fails: ${title}`, (t) => t.regex(judge(given, digest(), 'abc').faults[0] ?? 'no fault', fault));
}
