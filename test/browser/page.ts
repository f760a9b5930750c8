// For a browser: what a page does with the compiler, and with a worker that has it.
import { compile, input, dense, parseDeclaration, sequential, summary } from '../../compiler/index.js';
import { connectCompiler, type Progress, type WorkerCompiler } from '../../compiler/worker/index.js';
import { cases, sourceOf } from './cases.js';
import { digests, errorDigest, type CaseDigest, type Compile, type Target } from './digest.js';

const compileHere: Compile = async ({ model, options = {} }, target) =>
  compile(await sourceOf(model), { ...options, target });

export const digestHere = (): Promise<readonly CaseDigest[]> => digests(compileHere);

/** Of the first case alone, for which the core library is enough. */
export const digestFirst = (): Promise<readonly CaseDigest[]> => digests(compileHere, cases.slice(0, 1));

/** What keeps a target from compiling. */
export const faultOf = (target: Target): Promise<unknown> =>
  compileHere(cases[0]!, target).then(() => null, errorDigest);

/** Everything that needs no Binaryen. */
export function shown(): readonly string[] {
  const [{ model }] = cases as [(typeof cases)[0]];
  const graph = sequential([input(['batch', 3]), dense({ units: 2 })]);
  return [summary(model as string), JSON.stringify(parseDeclaration(model)), String(graph)];
}

export function connect(): WorkerCompiler {
  return connectCompiler(new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }));
}

export async function digestInWorker(): Promise<readonly CaseDigest[]> {
  const compiler = connect();
  try {
    return await digests(({ model, options = {} }, target) => compiler.compile(model, { ...options, target }));
  } finally {
    compiler.close();
  }
}

/** The progress of a model that is compiled in a worker. */
export async function progressInWorker(): Promise<readonly Progress[]> {
  const compiler = connect();
  const seen: Progress[] = [];
  await compiler.compile(cases[0]!.model, { onProgress: (progress) => seen.push(progress) });
  compiler.close();
  return seen;
}

/** Compiles the first models over and over. */
export async function repeat(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await compileHere(cases[i % 7]!, i % 2 === 0 ? 'baseline' : 'relaxed');
}

/** Milliseconds of one compile after the other. */
export async function times(count: number): Promise<readonly number[]> {
  const all: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await compileHere(cases[0]!, 'baseline');
    all.push(performance.now() - start);
  }
  return all;
}

export async function timesInWorker(count: number): Promise<readonly number[]> {
  const compiler = connect();
  const all: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await compiler.compile(cases[0]!.model);
    all.push(performance.now() - start);
  }
  compiler.close();
  return all;
}
