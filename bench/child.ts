import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Answer } from './answer.js';

const scriptOf = (name: string): string => fileURLToPath(new URL(`processes/${name}.js`, import.meta.url));

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

  /** @throws Error when the process fails, or ends without an answer */
  ask<T>(question: object): Promise<T> {
    return new Promise((resolve, reject) => {
      const fail = (code: number | null): void => {
        this.ended = new Error(`${this.script}: the process ended with ${code ?? 'a signal'}`);
        reject(this.ended);
      };
      if (this.ended) {
        reject(this.ended);
        return;
      }
      this.process.once('exit', fail);
      this.process.once('message', (reply) => {
        this.process.off('exit', fail);
        const message = reply as Answer<T>;
        if ('value' in message) resolve(message.value);
        else reject(new Error(`${this.script}: ${message.failure}`));
      });
      this.process.send(question);
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
