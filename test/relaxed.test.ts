import { readFileSync } from 'node:fs';
import test from 'ava';
import { parseDeclaration } from '../compiler/declaration.js';
import { compile } from '../compiler/index.js';
import { lower } from '../compiler/lower/index.js';
import { instantiateSync } from '../runtime/index.js';
import type { Inputs } from './graphs/calls.js';
import { callsOf } from './graphs/compiled.js';
import { randomGraph } from './graphs/random.js';
import { layerCases } from './layers/cases.js';
import { declarationOf, inputsOf, known, mergeDeclarations, referenceOf, tensorOf } from './layers/evaluation.js';
import { difference } from './layers/values.js';

const relaxed = readFileSync(new URL('../kernels.relaxed.wasm', import.meta.url));
const ifSupported = WebAssembly.validate(relaxed) ? test : test.skip;
const GROUP = 40;
const GRAPHS = 40;

/** What the modules of both targets, initialized by themselves, compute in calls one after another. */
async function runBoth(source: string, calls: readonly Inputs[]) {
  const run = async (target: 'baseline' | 'relaxed') => {
    const net = instantiateSync((await compile(source, { target })).binary);
    return calls.map((inputs) => net.forward(inputs));
  };
  return [await run('baseline'), await run('relaxed')] as const;
}

function firstDifference(
  [baseline, fused]: Awaited<ReturnType<typeof runBoth>>,
  tolerance: number,
): string | undefined {
  for (const [call, outputs] of baseline.entries()) {
    for (const [name, expected] of Object.entries(outputs)) {
      const found = difference(referenceOf(fused[call]![name] as never), referenceOf(expected), tolerance);
      if (found) return `${name}: ${found}`;
    }
  }
  return undefined;
}

for (let first = 0; first < layerCases.length; first += GROUP) {
  const cases = layerCases.slice(first, first + GROUP);
  ifSupported(`layer cases from ${first} on agree on both targets (needs relaxed SIMD)`, async (t) => {
    const declaration = mergeDeclarations(cases.map((layerCase) => declarationOf(layerCase, known)));
    const inputs = cases.flatMap((layerCase, i) =>
      Object.entries(inputsOf(layerCase)).map(
        ([name, value]) =>
          [`case${i}/${name}`, tensorOf(value, layerCase.inputs[name]!.indices ? 'int32' : 'float32')] as const,
      ),
    );
    t.is(firstDifference(await runBoth(JSON.stringify(declaration), [Object.fromEntries(inputs)]), 1e-5), undefined);
  });
}

for (let seed = 0; seed < GRAPHS; seed++) {
  ifSupported(`graph ${seed} agrees on both targets (needs relaxed SIMD)`, async (t) => {
    const { declaration, inputs } = randomGraph(seed);
    const calls = callsOf(lower(parseDeclaration(declaration)), inputs, seed);
    const text = JSON.stringify(declaration);
    t.is(firstDifference(await runBoth(text, calls), 1e-5), undefined, text);
  });
}
