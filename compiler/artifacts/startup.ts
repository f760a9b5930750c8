import { valueOf } from '../dim.js';
import type { Recipe, Rng } from '../ir.js';
import { bytesOf, scaleBytes } from '../plan/stored.js';
import type { KernelPlan, PlannedVariable } from '../plan/types.js';

/**
 * Rates of what a module does before its first answer, measured on the machine of docs/platforms.md: elements a
 * millisecond that are drawn, by generator.
 */
const draws = {
  philox: { uniform: 676e3, normal: 376e3, truncatedNormal: 224e3 },
  jax: { uniform: 150e3, normal: 150e3, truncatedNormal: 150e3 },
  torch: { uniform: 150e3, normal: 150e3, truncatedNormal: 150e3 },
} as const satisfies Readonly<Record<Rng, object>>;

/** Elements a millisecond of what is filled without drawing. */
const FILLED = 1e6;
/** Multiply-adds a millisecond of orthogonal matrices: rows times columns times the fewer of them. */
const ORTHOGONAL = 8.3e6;
/** Bytes a millisecond that are copied into memory for the first time. */
const COPIED = 1.4e6;
/** How often the bytes of values are: into the file's buffer, the engine's copy of the module, and their variable. */
const COPIES = 3;
/** Bytes of code a millisecond that the engine validates and compiles. */
const COMPILED = 20e3;
/** Bytes a millisecond of SHA-256. */
const HASHED = 150e3;
/** Processors of hosts are shared, and slower than that machine's. */
const SLOWER = 2;

const elements = ({ count }: PlannedVariable, usual: ReadonlyMap<string, number>): number => valueOf(count, usual) ?? 0;

/** What a recipe draws from. */
function distributionOf(recipe: Recipe): keyof (typeof draws)['philox'] | undefined {
  switch (recipe.kind) {
    case 'uniform':
      return 'uniform';
    case 'normal':
    case 'sparse':
    case 'host':
    case 'custom':
      return 'normal';
    case 'truncatedNormal':
      return 'truncatedNormal';
    case 'varianceScaling':
      return recipe.distribution === 'untruncatedNormal' ? 'normal' : recipe.distribution;
    default:
      return undefined;
  }
}

/** Milliseconds to fill a variable by its recipe. */
function drawing(planned: PlannedVariable, recipe: Recipe, rng: Rng, usual: ReadonlyMap<string, number>): number {
  const count = elements(planned, usual);
  if (recipe.kind === 'orthogonal' || recipe.kind === 'deltaOrthogonal') {
    const columns = valueOf(planned.shape.at(-1) ?? 1, usual) ?? 1;
    return (count * Math.min(columns, count / Math.max(columns, 1))) / ORTHOGONAL;
  }
  const distribution = distributionOf(recipe);
  return count / (distribution ? draws[rng][distribution] : FILLED);
}

export interface StartFigures {
  /** Milliseconds to compile the code, to initialize variables, and to copy and check the values that travel. */
  readonly compile: number;
  readonly draw: number;
  readonly copy: number;
  readonly total: number;
}

/**
 * An estimate of the work before the first answer, apart from the first `forward` itself, at the sizes that kernels are
 * chosen for.
 *
 * @param moduleBytes of all modules that the engine compiles
 */
export function startFigures({ symbols, variables, rng }: KernelPlan, moduleBytes: number): StartFigures {
  const usual = new Map(symbols.map(({ name, typical }) => [name, typical]));
  let [drawn, carried, external] = [0, 0, 0];
  for (const planned of variables) {
    const { filling } = planned;
    if (filling.kind === 'recipe') drawn += drawing(planned, filling.recipe, rng, usual);
    else if (filling.external) external += bytesOf(filling.values.data).length + scaleBytes(filling.values);
    else carried += bytesOf(filling.values.data).length + scaleBytes(filling.values);
  }
  const compile = (SLOWER * Math.max(moduleBytes - carried, 0)) / COMPILED;
  const draw = SLOWER * drawn;
  const copy = SLOWER * ((COPIES * carried + external) / COPIED + external / HASHED);
  return { compile, draw, copy, total: compile + draw + copy };
}
