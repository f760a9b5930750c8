import { checkBudget, platformNames, platforms, printFigures, type Budget, type Check } from '../artifacts/index.js';
import { largestSize, type Deployment } from '../artifacts/budget.js';
import type { CompileOptions } from '../compile.js';
import { BudgetError, NacreError, OptionError } from '../errors.js';
import { show } from '../show.js';
import { didYouMean } from '../suggest.js';
import { thousands } from '../text.js';

/** A platform as `--for` names it: `vercel` is `vercel:hobby`, its least plan. */
export function readPlatform(text: string): NonNullable<Budget['platform']> {
  const [word, plan] = text.split(':') as [string, string?];
  const name = platformNames.find((candidate) => candidate === word);
  if (name === undefined) {
    const what = `must be ${platformNames.join(', ')}, got ${show(text)}${didYouMean(word, platformNames)}`;
    throw new OptionError('arguments', '--for', what);
  }
  const plans = Object.keys(platforms[name].size.plans);
  if (plan === undefined) return { name, plan: plans[0]! };
  if (plans.length > 1 && plans.includes(plan)) return { name, plan };
  const has =
    plans.length > 1 ? `the plans of ${name} are ${plans.join(', ')}` : `${name} has the same limits on all plans`;
  throw new OptionError('arguments', '--for', `${has}, got ${show(text)}`);
}

/** Something to change, as it stands on the command line, and the options with it. */
interface Remedy {
  readonly flag: string;
  readonly options: CompileOptions;
}

/** What may make a module smaller, of what is not done yet. */
function remediesFor(options: CompileOptions): Remedy[] {
  const { weights = 'seed', storage = 'f32' } = options;
  const remedy = (flag: string, changed: CompileOptions): Remedy => ({ flag, options: { ...options, ...changed } });
  return [
    ...(weights === 'external' ? [] : [remedy('--weights external', { weights: 'external' })]),
    ...(weights === 'seed' ? [] : [remedy('--weights seed', { weights: 'seed' })]),
    ...(weights === 'embed' ? [] : [remedy('--weights embed', { weights: 'embed' })]),
    ...(storage === 'int8' ? [] : [remedy('--storage int8', { storage: 'int8' })]),
    ...(storage === 'f32' ? [remedy('--storage f16', { storage: 'f16' })] : []),
  ];
}

/** Plans of the platform that allow what the one that is checked does not. */
function largerPlans({ platform }: Budget, check: Check): string[] {
  if (check.what !== 'size' || !platform || check.by.startsWith('--')) return [];
  const { plans } = platforms[platform.name].size as { readonly plans: Readonly<Record<string, number>> };
  return Object.entries(plans)
    .filter(([, most]) => check.got <= most)
    .map(([plan]) => `--for ${platform.name}:${plan} allows it`);
}

/** The size of the only open dim for which the memory fits. */
function smallerDims(check: Check, { plan, kept }: Deployment): string[] {
  if (check.what !== 'memory') return [];
  const size = largestSize(plan, check.most - kept);
  return size === undefined ? [] : [`--dims "${plan.symbols[0]!.name}<=${size}" fits`];
}

/** Savings that are neither enough nor this share of what is too much are not worth a word. */
const NOTABLE = 0.1;

function describe(budget: Budget, check: Check, deployment: Deployment, tried: readonly Tried[]): string {
  const excess = check.got - check.most;
  const saving = tried
    .map(({ flag, checks }) => {
      const other = checks.find(({ by, what }) => by === check.by && what === check.what)!;
      return { flag, saved: check.got - other.got, fits: other.fits };
    })
    .filter(({ saved }) => saved > NOTABLE * excess)
    .sort((a, b) => b.saved - a.saved)
    .map(({ flag, saved, fits }) => `${flag} saves ${thousands(saved)}${fits ? ', which is enough' : ''}`);
  const ways = [...smallerDims(check, deployment), ...saving, ...largerPlans(budget, check)];
  const advice = ways.length === 0 ? 'the model has to be smaller' : ways.join('; ');
  return `${check.by}: ${check.what} is ${printFigures(check)} (${check.of}), ${thousands(excess)} too many; ${advice}`;
}

interface Tried {
  readonly flag: string;
  readonly checks: readonly Check[];
}

/**
 * Checks what would be deployed, and where it is too much, what each change would save, by compiling with it.
 *
 * @throws BudgetError for all limits that are not kept
 */
export async function requireBudget(
  budget: Budget,
  options: CompileOptions,
  deployment: Deployment,
  deploy: (options: CompileOptions) => Promise<Deployment>,
): Promise<readonly Check[]> {
  const checks = checkBudget(budget, deployment);
  const failed = checks.filter(({ fits }) => !fits);
  if (failed.length === 0) return checks;
  const tried: Tried[] = [];
  for (const { flag, options: changed } of remediesFor(options)) {
    // What cannot be compiled, or not be in the loader, is no way out.
    const other = await deploy(changed).catch((error: unknown) => {
      if (error instanceof NacreError) return undefined;
      throw error;
    });
    if (other) tried.push({ flag, checks: checkBudget(budget, other) });
  }
  throw new BudgetError(
    failed[0]!.by,
    failed.map((check) => describe(budget, check, deployment, tried)),
  );
}
