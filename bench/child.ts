import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Answer } from './answer.js';

const scriptOf = (name: string): string => fileURLToPath(new URL(`processes/${name}.js`, import.meta.url));

/** Milliseconds in which a process has to answer. */
const PATIENCE = 120_000;

/** A process of bench/processes that answers questions. */
export class Child {
  private readonly process: ChildProcess;
  private ended: Error | undefined;

  constructor(
    private readonly script: string,
    execPath: string,
  ) {
    this.process = fork(scriptOf(script), { execPath, serialization: 'advanced' });
  }

  /** @throws Error when the process fails, ends without an answer, or takes too long for it */
  ask<T>(question: object): Promise<T> {
    return new Promise((resolve, reject) => {
      const { process: child, script } = this;
      const stop = (error: Error): void => {
        this.ended = error;
        settle();
        reject(error);
      };
      const fail = (code: number | null): void =>
        stop(new Error(`${script}: the process ended with ${code ?? 'a signal'}`));
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        stop(new Error(`${script}: no answer within ${PATIENCE / 1000} seconds`));
      }, PATIENCE);
      const receive = (reply: unknown): void => {
        const message = reply as Answer<T>;
        settle();
        if ('value' in message) resolve(message.value);
        else reject(new Error(message.failure));
      };
      const settle = (): void => {
        clearTimeout(timer);
        child.off('exit', fail).off('message', receive);
      };
      if (this.ended) {
        settle();
        reject(this.ended);
        return;
      }
      child.once('exit', fail).once('message', receive);
      child.send(question);
    });
  }

  async end(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const exit = once(this.process, 'exit');
    this.process.kill();
    await exit;
  }
}

/** Asks a process of its own one question. */
export async function askOnce<T>(script: string, node: string, question: object): Promise<T> {
  const child = new Child(script, node);
  try {
    return await child.ask<T>(question);
  } finally {
    await child.end();
  }
}

export interface ColdStart {
  /** Milliseconds from the start of the process. */
  readonly time: number;
  /** The most memory that was resident, in bytes. */
  readonly memory: number;
}

/** From the start of a process to its first output; without a side, of a process with nothing to do. */
export async function startCold(node: string, args: readonly string[]): Promise<ColdStart> {
  const start = performance.timeOrigin + performance.now();
  const child = spawn(node, [scriptOf('cold'), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`cold: the process ended with ${code ?? 'a signal'}`);
  const [end, memory] = output.trim().split('\n').at(-1)!.split(' ').map(Number) as [number, number];
  return { time: end - start, memory };
}
