// npm run test:mutations: plants one fault after another in a copy of the package and requires that a test notices it.
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { plant } from './mutations/apply.js';
import { mutations, type Mutation } from './mutations/table.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const copied = ['build', 'assembly', 'test', 'package.json', 'asconfig.json'];

/** Runs a program of node_modules in a copy; what it wrote and whether it succeeded. */
function execute(
  folder: string,
  program: string,
  args: readonly string[],
): Promise<{ output: string; passed: boolean }> {
  const command = [join(root, 'node_modules', program), ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, command, { cwd: folder, maxBuffer: 2 ** 28 }, (error, stdout, stderr) => {
      resolve({ output: stdout + stderr, passed: !error });
    });
  });
}

async function inCopy<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'nacre-mutation-'));
  try {
    for (const name of copied) cpSync(join(root, name), join(folder, name), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir');
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Results {
  /** Titles of the tests that passed, and of those that did not. */
  readonly passed: readonly string[];
  readonly failed: readonly string[];
  readonly output: string;
}

/** Runs the tests of a file whose titles match. */
async function runTests(folder: string, { test, title }: Pick<Mutation, 'test' | 'title'>): Promise<Results> {
  const args = [`build/test/${test}.test.js`, '--match', title, '--tap'];
  const { output } = await execute(folder, 'ava/entrypoints/cli.mjs', args);
  const titles = (pattern: RegExp): string[] => [...output.matchAll(pattern)].map(([, found]) => found!);
  return { passed: titles(/^ok \d+ - (.*)$/gm), failed: titles(/^not ok \d+ - (.*)$/gm), output };
}

/** How a planted fault came out: the test that failed, or what is wrong. */
async function attempt(mutation: Mutation): Promise<{ caught: boolean; by: string }> {
  return inCopy(async (folder) => {
    const file = join(folder, mutation.file);
    writeFileSync(file, plant(mutation, readFileSync(file, 'utf8')));
    if (mutation.file.startsWith('assembly/')) {
      const { output, passed } = await execute(folder, 'assemblyscript/bin/asc.js', ['--target', 'baseline']);
      if (!passed) return { caught: false, by: `the kernels do not compile: ${output}` };
    }
    const { passed, failed, output } = await runTests(folder, mutation);
    // A file that cannot even be loaded says nothing about its tests.
    const named = failed.filter((title) => output.includes(title) && !/exited|No tests found|Uncaught/.test(title));
    if (named.length === 0) return { caught: false, by: `${passed.length} passed, none failed` };
    return { caught: true, by: named.length === 1 ? named[0]! : `${named[0]!} and ${named.length - 1} more` };
  });
}

/** Runs tasks, as many at a time as there are processors. */
async function inParallel<T>(tasks: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < tasks.length) {
      const index = next++;
      results[index] = await tasks[index]!();
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), tasks.length) }, work));
  return results;
}

const [pattern = ''] = process.argv.slice(2);
const chosen = mutations.filter(({ fault, file }) => fault.includes(pattern) || file.includes(pattern));
const started = performance.now();
let missed = 0;

// Without a fault, every test that is to notice one must pass.
const targets = [...new Map(chosen.map((mutation) => [`${mutation.test} ${mutation.title}`, mutation])).values()];
await inCopy((folder) =>
  inParallel(
    targets.map((target) => async () => {
      const { passed, failed, output } = await runTests(folder, target);
      if (passed.length > 0 && failed.length === 0) return;
      missed++;
      console.log(`${target.test}, ${target.title}: does not pass without a fault\n${output}`);
    }),
  ),
);

await inParallel(
  chosen.map((mutation) => async () => {
    const { caught, by } = await attempt(mutation);
    if (!caught) missed++;
    console.log(`${caught ? 'caught' : 'MISSED'}  ${mutation.fault}  (${mutation.test}: ${by})`);
  }),
);

const seconds = Math.round((performance.now() - started) / 1000);
console.log(`${chosen.length} faults, ${missed} missed, ${seconds} s`);
if (missed > 0 || chosen.length === 0) process.exitCode = 1;
