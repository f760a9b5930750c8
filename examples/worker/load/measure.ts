import { once, type EventEmitter } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import type { Bundle } from './bundles.js';
import { startWorkerd } from './workerd.js';

/** The part of autocannon that is used here. */
export type Autocannon = (options: {
  readonly url: string;
  readonly connections: number;
  /** Seconds. */
  readonly duration: number;
  readonly requests: readonly { readonly method: string; readonly body: string }[];
}) => EventEmitter;

interface Block {
  readonly requests: number;
  readonly seconds: number;
  /** Milliseconds, one for each request. */
  readonly latencies: readonly number[];
}

/** What one Worker does under load. */
export interface Load {
  readonly title: string;
  /** The median of the blocks. */
  readonly requestsPerSecond: number;
  /** Milliseconds, over the requests of all blocks. */
  readonly p50: number;
  readonly p99: number;
}

export interface Plan {
  readonly connections: number;
  /** Of the load before the first block, in seconds. */
  readonly warmUp: number;
  /** How often each Worker has its turn, and for how many seconds. */
  readonly rounds: number;
  readonly block: number;
}

const sorted = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);

/** The value that a share of the values does not exceed, by nearest rank. */
function quantile(values: readonly number[], share: number): number {
  return sorted(values)[Math.max(0, Math.ceil(share * values.length) - 1)] ?? NaN;
}

/** Sends requests over all connections, each as soon as the one before is answered. */
async function sendBlock(
  autocannon: Autocannon,
  url: URL,
  bodies: readonly string[],
  connections: number,
  seconds: number,
): Promise<Block> {
  const latencies: number[] = [];
  const refused: number[] = [];
  const started = performance.now();
  const requests = bodies.map((body) => ({ method: 'POST', body }));
  const instance = autocannon({ url: url.href, connections, duration: seconds, requests });
  instance.on('response', (_client: unknown, status: number, _bytes: number, milliseconds: number) => {
    if (status === 200) latencies.push(milliseconds);
    else refused.push(status);
  });
  const [{ errors, timeouts }] = (await once(instance, 'done')) as [{ errors: number; timeouts: number }];
  if (refused.length + errors + timeouts > 0) {
    throw new Error(`${url.href}: ${refused.length} refusals, ${errors} errors, ${timeouts} time-outs under load`);
  }
  return { requests: latencies.length, seconds: (performance.now() - started) / 1000, latencies };
}

/** Loads Workers in turns, one at a time, so that what slows the machine for a while slows them all. */
export async function measureLoad(
  autocannon: Autocannon,
  workers: readonly { readonly title: string; readonly url: URL }[],
  bodies: readonly string[],
  { connections, warmUp, rounds, block }: Plan,
): Promise<Load[]> {
  for (const { url } of workers) await sendBlock(autocannon, url, bodies, connections, warmUp);
  const blocks = new Map<string, Block[]>(workers.map(({ title }) => [title, []]));
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? workers : workers.toReversed();
    for (const { title, url } of order) {
      blocks.get(title)!.push(await sendBlock(autocannon, url, bodies, connections, block));
    }
  }
  return [...blocks].map(([title, all]) => {
    const latencies = all.flatMap((one) => one.latencies);
    const rates = all.map(({ requests, seconds }) => requests / seconds);
    return {
      title,
      requestsPerSecond: quantile(rates, 0.5),
      p50: quantile(latencies, 0.5),
      p99: quantile(latencies, 0.99),
    };
  });
}

/**
 * Posts a body over a connection of its own and reads the answer to its end.
 * @throws Error where the status is not 200
 */
export async function ask(url: URL, body: string): Promise<string> {
  const sent = request(url, { method: 'POST', agent: new Agent() });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  if (response.statusCode !== 200) throw new Error(`status ${response.statusCode}: ${text}`);
  return text;
}

/** Milliseconds from the start of a process to its first answer, the median of several processes of each Worker in turns. */
export async function measureColdStarts(
  program: string,
  bundles: readonly Bundle[],
  body: string,
  times: number,
): Promise<Map<string, number>> {
  const starts = new Map<string, number[]>(bundles.map(({ title }) => [title, []]));
  for (let time = 0; time < times; time++) {
    for (const bundle of bundles) {
      const begin = performance.now();
      const server = await startWorkerd(program, bundle);
      try {
        await ask(server.url, body);
        starts.get(bundle.title)!.push(performance.now() - begin);
      } finally {
        await server.stop();
      }
    }
  }
  return new Map([...starts].map(([title, all]) => [title, quantile(all, 0.5)]));
}
