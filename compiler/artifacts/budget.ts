import { substitute, type Dim } from '../dim.js';
import type { KernelPlan } from '../plan/types.js';
import { thousands } from '../text.js';
import { platforms, type Platform, type PlatformName } from './platforms.js';
import { startFigures } from './startup.js';

/** What is deployed. */
export interface Deployment {
  readonly plan: KernelPlan;
  /** Bytes of each module. */
  readonly modules: readonly number[];
  /** Bytes of the modules that an engine compiles, and keeps. */
  readonly kept: number;
  /** Bytes of what is deployed. */
  readonly bundle: { readonly raw: number; readonly gzip: number };
  /** Of the file of external weights. */
  readonly weights: number;
  /** The most memory that the module takes by itself. */
  readonly maxMemory: number;
}

export interface Budget {
  readonly platform?: { readonly name: PlatformName; readonly plan: string };
  /** Bytes of the module. */
  readonly maxBytes?: number;
}

export interface Check {
  /** The platform, with its plan if it has several, or the option that says so. */
  readonly by: string;
  readonly what: 'size' | 'memory' | 'start-up';
  readonly unit: 'bytes' | 'ms';
  /** What the figures are of. */
  readonly of: string;
  readonly got: number;
  readonly most: number;
  readonly fits: boolean;
  /** What has to be known beside the figures. */
  readonly note?: string;
}

const PAGE = 65536;
const UNLIMITED = 0xffffffff;
/** The share of a host's memory that leaves little for anything else. */
const TIGHT = 0.75;
/** CPU time that a request has on the free plan of Cloudflare, in milliseconds. */
const FREE_REQUEST = 10;

const pages = (bytes: number): number => Math.ceil(bytes / PAGE) * PAGE;

/** Bytes of memory where each open size is as given. */
function memoryAt({ memory, symbols }: KernelPlan, sizeOf: (symbol: KernelPlan['symbols'][number]) => number): number {
  const sizes = new Map<string, Dim>(symbols.map((symbol) => [symbol.name, sizeOf(symbol)]));
  for (const { name, dim } of memory.definitions) sizes.set(name, substitute(dim, sizes));
  return pages(substitute(memory.end, sizes) as number);
}

/** The largest value of the only open size that fits into so many bytes; undefined if 1 does not, or there are several. */
export function largestSize(plan: KernelPlan, bytes: number): number | undefined {
  const [only, ...others] = plan.symbols;
  if (!only || others.length > 0) return undefined;
  const fits = (size: number): boolean => memoryAt(plan, () => size) <= bytes;
  if (!fits(only.min)) return undefined;
  let [low, high] = [only.min, only.max];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

interface Peak {
  readonly bytes: number;
  readonly note?: string;
}

/** The memory of an instance at its most; where sizes have no limit, at the sizes that kernels are chosen for, with a note. */
function peakOf({ plan, maxMemory }: Deployment, most: number): Peak {
  const isOpen = ({ max }: { readonly max: number }): boolean => max >= UNLIMITED;
  if (!plan.symbols.some(isOpen)) return { bytes: memoryAt(plan, ({ max }) => max) };
  const usual = memoryAt(plan, ({ typical }) => typical);
  if (maxMemory <= most) return { bytes: maxMemory };
  const names = plan.symbols.filter(isOpen).map(({ name }) => name);
  const at = plan.symbols.map(({ name, typical }) => `${name} ${typical}`).join(', ');
  const largest = largestSize(plan, most);
  const bound = largest === undefined ? names.map((name) => `${name}<=N`).join(',') : `${names[0]!}<=${largest}`;
  const have = names.length === 1 ? `${names[0]!} has` : `${names.join(', ')} have`;
  const limit = Math.max(Math.floor(most / PAGE) * PAGE, PAGE);
  const note = `memory: ${have} no limit, and this is at ${at}; --dims "${bound}" or --max-memory ${limit} bounds it`;
  return { bytes: usual, note };
}

function checkSize(name: string, { size }: Platform, planName: string, { bundle, weights }: Deployment): Check {
  const got = bundle[size.counted] + (size.withWeights ? weights : 0);
  const most = size.plans[planName]!;
  const of = size.counted === 'gzip' ? 'modules and loader, compressed' : 'modules and loader';
  return { by: name, what: 'size', unit: 'bytes', of, got, most, fits: got <= most };
}

function checkMemory(name: string, { memory: most }: Platform, deployment: Deployment): Check {
  const { kept } = deployment;
  const peak = peakOf(deployment, most - kept);
  const got = peak.bytes + kept;
  const left = most - got;
  const tight = `memory: leaves ${thousands(left)} bytes for everything else`;
  const note = peak.note ?? (left >= 0 && got > TIGHT * most ? tight : undefined);
  const of = 'of an instance, and its module';
  return { by: name, what: 'memory', unit: 'bytes', of, got, most, fits: left >= 0, ...(note && { note }) };
}

function checkStart(name: string, platform: Platform, { plan, kept }: Deployment): Check[] {
  const got = Math.ceil(startFigures(plan, kept).total);
  if (platform.start === null) return [];
  const { milliseconds: most, of } = platform.start;
  const slow = `start-up: a request has ${FREE_REQUEST} ms of CPU time on the free plan; load the model in the global scope and call it once there`;
  const note = platform === platforms.cloudflare && got > FREE_REQUEST ? { note: slow } : {};
  return [{ by: name, what: 'start-up', unit: 'ms', of, got, most, fits: got <= most, ...note }];
}

/** What is deployed against the limits, each with what it comes to. */
export function checkBudget({ platform, maxBytes }: Budget, deployment: Deployment): readonly Check[] {
  const checks: Check[] = [];
  if (maxBytes !== undefined) {
    const got = Math.max(...deployment.modules);
    const own = { by: '--max-bytes', what: 'size', unit: 'bytes', of: 'of the module' } as const;
    checks.push({ ...own, got, most: maxBytes, fits: got <= maxBytes });
  }
  if (platform) {
    const limits: Platform = platforms[platform.name];
    const name = Object.keys(limits.size.plans).length > 1 ? `${platform.name}:${platform.plan}` : platform.name;
    checks.push(
      checkSize(name, limits, platform.plan, deployment),
      checkMemory(name, limits, deployment),
      ...checkStart(name, limits, deployment),
    );
  }
  return checks;
}

/** `about 12 of 1,000 ms` */
export const printFigures = ({ unit, got, most }: Check): string =>
  `${unit === 'ms' ? 'about ' : ''}${thousands(got)} of ${thousands(most)} ${unit}`;
