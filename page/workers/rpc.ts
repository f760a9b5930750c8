/** Calls of functions in a worker. One call runs at a time; `stop` ends them all with the worker. */
import type { Issue } from '../../compiler/errors.js';

/** An error as it travels: nacre's own have a code and a subject. */
export interface Fault {
  /** `ShapeError` */
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly subject?: string;
  /** Of a declaration, with JSON pointers. */
  readonly issues?: readonly Issue[];
}

class RemoteError extends Error {
  override name = 'RemoteError';
  constructor(readonly fault: Fault) {
    super(fault.message);
  }
}

/** A call that `stop` has ended. */
export class Cancelled extends Error {
  override name = 'Cancelled';
}

export function faultOf(error: unknown): Fault {
  if (error instanceof RemoteError) return error.fault;
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message } = error;
  const { code, subject, issues } = error as Error & Partial<Pick<Fault, 'code' | 'subject' | 'issues'>>;
  return {
    name,
    message: message === '' ? name : message,
    ...(typeof code === 'string' && { code }),
    ...(typeof subject === 'string' && { subject }),
    ...(issues && { issues }),
  };
}

export type Progress = (text: string) => void;

/** Functions of a worker, each of one argument. */
export type Functions = Readonly<Record<string, (argument: never, progress: Progress) => unknown>>;

type Argument<F> = F extends (argument: infer A, progress: Progress) => unknown ? A : never;
type Result<F> = F extends (argument: never, progress: Progress) => infer R ? Awaited<R> : never;

interface Call {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

type Reply =
  | { readonly id: number; readonly kind: 'progress'; readonly text: string }
  | { readonly id: number; readonly kind: 'done'; readonly value: unknown }
  | { readonly id: number; readonly kind: 'failed'; readonly fault: Fault };

/** In a worker: answers calls of its functions, one after the other. */
export function serve(functions: Functions): void {
  let last = Promise.resolve();
  const reply = (message: Reply): void => {
    self.postMessage(message);
  };
  const answer = async ({ id, name, argument }: Call): Promise<void> => {
    try {
      const value = await functions[name]!(argument as never, (text) => reply({ id, kind: 'progress', text }));
      reply({ id, kind: 'done', value });
    } catch (error) {
      reply({ id, kind: 'failed', fault: faultOf(error) });
    }
  };
  self.addEventListener('message', ({ data }: MessageEvent<Call>) => {
    last = last.then(() => answer(data));
  });
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly progress: Progress;
}

/** The functions of a worker, which starts with the first call. */
export class Remote<F extends Functions> {
  private worker: Worker | undefined;
  private count = 0;
  private readonly waiting = new Map<number, Waiting>();

  constructor(private readonly start: () => Worker) {}

  call<K extends keyof F & string>(
    name: K,
    argument: Argument<F[K]>,
    progress: Progress = () => undefined,
  ): Promise<Result<F[K]>> {
    const id = this.count++;
    this.worker ??= this.open();
    const { worker } = this;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as (value: unknown) => void, reject, progress });
      worker.postMessage({ id, name, argument } satisfies Call);
    });
  }

  /** Ends the worker; calls that wait are rejected as cancelled. */
  stop(): void {
    this.end(new Cancelled('cancelled'));
  }

  private open(): Worker {
    const worker = this.start();
    worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => {
      const call = this.waiting.get(data.id);
      if (!call) return;
      if (data.kind === 'progress') {
        call.progress(data.text);
        return;
      }
      this.waiting.delete(data.id);
      if (data.kind === 'done') call.resolve(data.value);
      else call.reject(new RemoteError(data.fault));
    });
    worker.addEventListener('error', ({ message }) => {
      // A worker whose script is not found gives an event without a text.
      this.end(new Error(message || 'the worker cannot be started'));
    });
    return worker;
  }

  private end(error: Error): void {
    this.worker?.terminate();
    this.worker = undefined;
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}
