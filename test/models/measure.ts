import { compare, type Result } from '../../compiler/cli/verify/compare.js';
import { compilePipeline, type CompiledModule, type CompileOptions } from '../../compiler/compile.js';
import type { Target } from '../../compiler/emit/library.js';
import { Pipeline, type ModelSource } from '../../compiler/pipeline.js';
import type { Tensor } from '../../compiler/tensor.js';
import type { ModelReport, Row } from './tested.js';

/** Of the largest magnitude that is expected. */
const TOLERANCE = 1e-4;
const RUNS = 9;
/** Milliseconds. */
const WARM_UP = 300;

/** Milliseconds of a run. */
export async function medianTime(run: () => unknown): Promise<number> {
  // Engines compile again what they run often.
  for (const until = performance.now() + WARM_UP; performance.now() < until;) await run();
  const times: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[RUNS >> 1]!;
}

interface Known {
  readonly name: string;
  readonly shape: readonly number[];
  readonly isRequired: boolean;
  deviates: boolean;
  readonly relative: Map<string, number>;
  readonly unequal: Map<string, boolean>;
}

/** Collects what is compared, the worst for each name and shape. */
export class Comparisons {
  private readonly known = new Map<string, Known>();

  private find(name: string, shape: readonly number[], isRequired: boolean): Known {
    const key = `${name} ${shape.join()}`;
    const row = this.known.get(key) ?? {
      ...{ name, shape, isRequired, deviates: false },
      ...{ relative: new Map<string, number>(), unequal: new Map<string, boolean>() },
    };
    this.known.set(key, row);
    return row;
  }

  /** Elements, of which the largest difference may be so much of the largest magnitude. */
  tensors(target: Target, name: string, actual: Tensor, expected: Result, isRequired = true): void {
    const { shape, relative, deviates } = compare(name, actual, expected, { scaled: TOLERANCE });
    const row = this.find(name, shape, isRequired);
    const before = row.relative.get(target) ?? 0;
    row.relative.set(target, Number.isNaN(relative) ? NaN : Math.max(before, relative));
    row.deviates ||= deviates;
  }

  /** What is made of the outputs, such as a label or a text, which must be the same. */
  equal(target: Target, name: string, actual: unknown, expected: unknown): void {
    const row = this.find(name, [], true);
    const isEqual = JSON.stringify(actual) === JSON.stringify(expected);
    row.unequal.set(target, (row.unequal.get(target) ?? false) || !isEqual);
    row.deviates ||= !isEqual;
  }

  rows(): Row[] {
    return [...this.known.values()].map(({ name, shape, isRequired, deviates, relative, unequal }) => ({
      name,
      shape,
      results: Object.fromEntries([
        ...[...relative].map(([target, value]) => [target, value.toExponential(1)] as const),
        ...[...unequal].map(([target, differs]) => [target, differs ? 'unequal' : 'equal'] as const),
      ]),
      status: !isRequired ? 'informative' : deviates ? 'deviates' : '',
    }));
  }
}

export interface Compiled extends Pick<ModelReport, 'bytes' | 'compileTime' | 'transposes'> {
  readonly modules: ReadonlyMap<Target, CompiledModule>;
}

/** Compiles a model for every target. */
export async function compileAll(
  model: ModelSource,
  targets: readonly Target[],
  options: Omit<CompileOptions, 'target'> = {},
): Promise<Compiled> {
  const pipeline = new Pipeline(model, options);
  const modules = new Map<Target, CompiledModule>();
  const start = performance.now();
  for (const target of targets) modules.set(target, await compilePipeline(pipeline, { ...options, target }));
  const compileTime = (performance.now() - start) / targets.length;
  const transposes = pipeline.optimize().forward.filter(({ op }) => op.kind === 'transpose').length;
  return { modules, compileTime, transposes, bytes: modules.get(targets[0]!)!.binary.length };
}
