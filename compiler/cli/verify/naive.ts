import { evaluator } from '../../custom/evaluate.js';
import { OptionError } from '../../errors.js';
import { evaluate } from '../../evaluate.js';
import type { Reference } from './reference.js';

/** The graph before any optimization, each op in its naive form. */
export function naiveEvaluation(seed: bigint): Reference {
  return {
    title: 'the naive evaluation',
    async run(pipeline, inputs, outputs) {
      if ((pipeline.declaration?.initializers ?? []).length > 0) {
        const what = 'the naive evaluation does not run initializers that are functions';
        throw new OptionError('arguments', 'verify', what);
      }
      const compiled = await pipeline.compileFunctions();
      const functions = new Map([...compiled.functions].map(([name, each]) => [name, evaluator(each)]));
      const evaluated = evaluate(pipeline.lower(), Object.fromEntries(inputs), { seed, functions });
      return new Map(outputs.map((name) => [name, evaluated.outputs[name]!]));
    },
  };
}
