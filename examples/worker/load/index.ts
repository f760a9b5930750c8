// The Worker under load on the loopback interface, beside the same Worker with tfjs in the place of nacre.
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { requestBodies } from '../../digits/checks.js';
import type { Answer } from '../../digits/service.js';
import { printTable, thousands } from '../../support/text.js';
import { bundleWorkers, type Bundle } from './bundles.js';
import { ask, measureColdStarts, measureLoad, type Autocannon, type Load, type Plan } from './measure.js';
import { startWorkerd, type Workerd } from './workerd.js';

export interface Tools {
  readonly autocannon: Autocannon;
  /** The path of workerd, and its version. */
  readonly workerd: string;
  readonly version: string;
}

const plans: Readonly<Record<'full' | 'quick', Plan & { readonly coldStarts: number }>> = {
  full: { connections: 8, warmUp: 2, rounds: 3, block: 1.25, coldStarts: 5 },
  quick: { connections: 8, warmUp: 0.5, rounds: 1, block: 0.5, coldStarts: 1 },
};

/** Of probabilities, between nacre and tfjs. */
const TOLERANCE = 1e-5;
const BODIES = 20;

interface Served extends Workerd {
  readonly title: string;
  readonly bundle: Bundle;
  /** What it answers to each body. */
  readonly answers: readonly Answer[];
}

/** Starts a Worker and asks it everything once; the reason where it does not start. */
async function serve(program: string, bundle: Bundle, bodies: readonly string[]): Promise<Served | string> {
  let server: Workerd | undefined;
  try {
    server = await startWorkerd(program, bundle);
    const answers: Answer[] = [];
    for (const body of bodies) answers.push(JSON.parse(await ask(server.url, body)) as Answer);
    return { ...server, title: bundle.title, bundle, answers };
  } catch (error) {
    await server?.stop();
    return (error as Error).message;
  }
}

/** How far the answers of a Worker with tfjs are from those of nacre, at most. */
function largestDifference(served: readonly Served[]): number {
  const { answers } = served.find(({ title }) => title === 'nacre')!;
  const others = served.filter(({ title }) => title.startsWith('tfjs'));
  return Math.max(
    ...others.flatMap((other) =>
      other.answers.flatMap(({ probabilities }, i) =>
        probabilities.map((value, digit) => Math.abs(value - answers[i]!.probabilities[digit]!)),
      ),
    ),
  );
}

function print(served: readonly Served[], loads: readonly Load[], starts: ReadonlyMap<string, number>): void {
  const heads = ['Worker', 'requests a second', 'p50 ms', 'p99 ms', 'cold start ms', 'bytes', 'gzip'];
  const rows = served.map(({ title, bundle }) => {
    const { requestsPerSecond, p50, p99 } = loads.find((load) => load.title === title)!;
    return [
      ...[title, thousands(Math.round(requestsPerSecond)), p50.toFixed(2), p99.toFixed(2)],
      ...[starts.get(title)!.toFixed(0), thousands(bundle.bytes), thousands(bundle.gzipBytes)],
    ];
  });
  printTable([heads, ...rows], [1, 2, 3, 4, 5, 6]);
}

/** The line of what workerd writes about an error that says what it was. */
const firstLine = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .find((line) => line.includes('Error')) ?? text;

/**
 * Measures all Workers and prints a table.
 * @returns what is wrong with their answers
 */
export async function loadTest(
  digits: Uint8Array,
  plan: keyof typeof plans,
  { autocannon, workerd, version }: Tools,
): Promise<string[]> {
  const { coldStarts, ...load } = plans[plan];
  const bodies = requestBodies(BODIES);
  const folder = mkdtempSync(join(tmpdir(), 'nacre-worker-'));
  const served: Served[] = [];
  try {
    const unavailable: string[] = [];
    for (const bundle of await bundleWorkers(digits, folder)) {
      const server = await serve(workerd, bundle, bodies);
      if (typeof server === 'string') unavailable.push(`${bundle.title}: does not start: ${firstLine(server)}`);
      else served.push(server);
    }
    const bundles = served.map(({ bundle }) => bundle);
    const starts = await measureColdStarts(workerd, bundles, bodies[0]!, coldStarts);
    const loads = await measureLoad(autocannon, served, bodies, load);
    const [cpu] = cpus();
    console.log(`\n${cpu?.model.trim()}, ${availableParallelism()} threads, workerd ${version}`);
    console.log(
      `${load.connections} connections, ${load.rounds} turns of ${load.block} s, ${coldStarts} cold starts\n`,
    );
    print(served, loads, starts);
    for (const line of unavailable) console.log(line);
    const difference = largestDifference(served);
    console.log(`largest difference of a probability between nacre and tfjs ${difference.toExponential(1)}`);
    return difference <= TOLERANCE ? [] : [`tfjs: probabilities differ by ${difference} from nacre's`];
  } finally {
    for (const server of served) await server.stop();
    rmSync(folder, { recursive: true });
  }
}
