import { valueOf } from '../dim.js';
import type { Recipe, Rng } from '../ir.js';
import { bytesOf, scaleBytes } from '../plan/stored.js';
import type { KernelPlan, PlannedVariable } from '../plan/types.js';

/** Elements a millisecond that are drawn, by generator. docs/platforms.md says where these rates were measured. */
const draws = {
  philox: { uniform: 676e3, normal: 376e3, truncatedNormal: 224e3 },
  jax: { uniform: 170e3, normal: 42e3, truncatedNormal: 42e3 },
  torch: { uniform: 540e3, normal: 93e3, truncatedNormal: 93e3 },
} as const satisfies Readonly<Record<Rng, object>>;

/** Multiply-adds a millisecond of orthogonal matrices: rows times columns times the fewer of them. */
const ORTHOGONAL = 8.3e6;
/** Bytes a millisecond that are written to memory for the first time. */
const WRITTEN = 1.4e6;
/** How often the bytes of a variable are: as values, and in the form that kernels read. */
const FORMS = 2;
/** How often those of values that travel are besides: when the file is read, and when the engine keeps the module. */
const COPIES = 2;
/** Bytes of code a millisecond that the engine checks and compiles. */
const COMPILED = 20e3;
/** Bytes a millisecond of SHA-256. */
const HASHED = 180e3;
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

/** Milliseconds to draw a variable by its recipe. */
function drawing(planned: PlannedVariable, recipe: Recipe, rng: Rng, usual: ReadonlyMap<string, number>): number {
  const count = elements(planned, usual);
  if (recipe.kind === 'orthogonal' || recipe.kind === 'deltaOrthogonal') {
    const columns = valueOf(planned.shape.at(-1) ?? 1, usual) ?? 1;
    return (count * Math.min(columns, count / Math.max(columns, 1))) / ORTHOGONAL;
  }
  const distribution = distributionOf(recipe);
  return distribution ? count / draws[rng][distribution] : 0;
}

export interface StartFigures {
  /** Milliseconds to compile the code, to draw variables, to write their values, and to check those of a file. */
  readonly compile: number;
  readonly draw: number;
  readonly write: number;
  readonly check: number;
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
  let [drawn, filled, carried, external] = [0, 0, 0, 0];
  for (const planned of variables) {
    const { filling } = planned;
    filled += 4 * elements(planned, usual);
    if (filling.kind === 'recipe') {
      drawn += drawing(planned, filling.recipe, rng, usual);
      continue;
    }
    const bytes = bytesOf(filling.values.data).length + scaleBytes(filling.values);
    if (filling.external) external += bytes;
    else carried += bytes;
  }
  const compile = (SLOWER * Math.max(moduleBytes - carried, 0)) / COMPILED;
  const draw = SLOWER * drawn;
  const write = (SLOWER * (FORMS * filled + COPIES * carried + external)) / WRITTEN;
  const check = (SLOWER * external) / HASHED;
  return { compile, draw, write, check, total: compile + draw + write + check };
}
