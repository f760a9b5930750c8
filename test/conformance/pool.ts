import { Worker } from 'node:worker_threads';

/** A worker thread that takes one task after the other, and is started anew when a task crashes it or takes too long. */
export class Runner<Task, Result> {
  private worker: Worker;

  /**
   * @param limit milliseconds for one task
   * @param failed the result of a task that crashed or took too long
   */
  constructor(
    private readonly script: URL,
    private readonly data: unknown,
    private readonly limit: number,
    private readonly failed: (task: Task, reason: string) => Result,
  ) {
    this.worker = this.start();
  }

  private start(): Worker {
    return new Worker(this.script, {
      workerData: this.data,
      resourceLimits: { maxOldGenerationSizeMb: 2048 },
      stdout: false,
    });
  }

  run(task: Task): Promise<Result> {
    return new Promise((resolve) => {
      const { worker } = this;
      const end = (result: Result, restart: boolean): void => {
        clearTimeout(timer);
        worker.off('message', finished);
        worker.off('error', crashed);
        if (restart) {
          void worker.terminate();
          this.worker = this.start();
        }
        resolve(result);
      };
      const timer = setTimeout(() => {
        end(this.failed(task, `took more than ${this.limit / 1000} s`), true);
      }, this.limit);
      const finished = (result: Result): void => {
        end(result, false);
      };
      const crashed = (error: unknown): void => {
        end(this.failed(task, `crashed: ${String(error)}`), true);
      };
      worker.once('message', finished);
      worker.once('error', crashed);
      worker.postMessage(task);
    });
  }

  end(): Promise<number> {
    return this.worker.terminate();
  }
}

/** Runs tasks in `workers` threads; results come in the order of the tasks. */
export async function runTasks<Task, Result>(
  tasks: readonly Task[],
  workers: number,
  makeRunner: () => Runner<Task, Result>,
  report: (done: number, task: Task, result: Result) => void,
): Promise<readonly Result[]> {
  const results = new Array<Result>(tasks.length);
  let next = 0;
  let done = 0;
  await Promise.all(
    Array.from({ length: workers }, async () => {
      const runner = makeRunner();
      while (next < tasks.length) {
        const at = next++;
        results[at] = await runner.run(tasks[at]!);
        report(++done, tasks[at]!, results[at]);
      }
      await runner.end();
    }),
  );
  return results;
}

/** Tells how far a run is: in place on a terminal, now and then elsewhere. */
export function progress(what: string, total: number, every: number): (done: number) => void {
  return (done) => {
    if (process.stderr.isTTY) process.stderr.write(done === total ? '\r\u001b[K' : `\r${what}: ${done} of ${total}`);
    else if (done % every === 0) process.stderr.write(`${what}: ${done} of ${total}\n`);
  };
}
