// npm run test:mutations [words]: plants faults, those whose description, file or test holds the words, one after another in
// copies of the package, and requires that a test notices each.
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { plant } from './mutations/apply.js';
import type { Mutation } from './mutations/mutation.js';
import { mutations } from './mutations/table.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const KERNELS = ['build/kernels.wasm', 'build/kernels.extended.wasm'];
const TIMEOUT = 240_000;

interface Run {
  readonly output: string;
  readonly succeeded: boolean;
}

/** A copy of the package in which a fault stands for as long as its tests run. */
class Copy {
  readonly folder = mkdtempSync(join(tmpdir(), 'nacre-mutation-'));

  constructor() {
    for (const name of ['build', 'assembly', 'docs', 'test', 'package.json', 'asconfig.json']) {
      cpSync(join(root, name), join(this.folder, name), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(this.folder, 'node_modules'), 'dir');
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  /** Runs a program of node_modules. */
  private run(program: string, ...args: readonly string[]): Promise<Run> {
    const command = [join(this.folder, 'node_modules', program), ...args];
    const options = { cwd: this.folder, maxBuffer: 2 ** 28, timeout: TIMEOUT };
    return new Promise((resolve) => {
      execFile(process.execPath, command, options, (error, stdout, stderr) => {
        resolve({ output: stdout + stderr, succeeded: !error });
      });
    });
  }

  /** Titles of the tests of a file that match, by whether they passed. */
  async test(file: string, titles: readonly string[]) {
    const matches = titles.flatMap((title) => ['--match', title]);
    const { output } = await this.run('ava/entrypoints/cli.mjs', `build/test/${file}.test.js`, ...matches, '--tap');
    const found = (pattern: RegExp): string[] => [...output.matchAll(pattern)].map(([, title]) => title!);
    return { passed: found(/^ok \d+ - (.*)$/gm), failed: found(/^not ok \d+ - (.*)$/gm), output };
  }

  /** The titles of the tests that fail for a fault and pass without it. */
  async attempt(mutation: Mutation, passing: ReadonlySet<string>): Promise<readonly string[]> {
    const names = mutation.file.startsWith('assembly/') ? [mutation.file, ...KERNELS] : [mutation.file];
    const before = names.map((name) => readFileSync(join(this.folder, name)));
    writeFileSync(join(this.folder, mutation.file), plant(mutation, before[0]!.toString()));
    try {
      for (const entry of names.length > 1
        ? [
            ['--target', 'baseline'],
            ['assembly/extended.ts', '--target', 'extended'],
          ]
        : []) {
        const { output, succeeded } = await this.run('assemblyscript/bin/asc.js', ...entry);
        if (!succeeded) throw new Error(`${mutation.fault}: the kernels do not compile: ${output}`);
      }
      const { failed } = await this.test(mutation.test, [mutation.title]);
      return failed.filter((title) => passing.has(title));
    } finally {
      names.forEach((name, index) => writeFileSync(join(this.folder, name), before[index]!));
    }
  }
}

/** Runs tasks, each copy one at a time. */
async function share(copies: readonly Copy[], tasks: readonly ((copy: Copy) => Promise<void>)[]): Promise<void> {
  const waiting = [...tasks];
  const work = async (copy: Copy): Promise<void> => {
    for (let task = waiting.shift(); task; task = waiting.shift()) await task(copy);
  };
  await Promise.all(copies.map(work));
}

const words = process.argv.slice(2).join(' ');
const chosen = mutations.filter(({ fault, file, test }) => [fault, file, test].some((text) => text.includes(words)));
const files = [...new Set(chosen.map(({ test }) => test))];
const started = performance.now();
const copies = Array.from({ length: Math.min(availableParallelism(), 4) }, () => new Copy());
const passing = new Set<string>();
let missed = 0;

try {
  await share(
    copies,
    files.map((file) => async (copy) => {
      const titles = chosen.filter(({ test }) => test === file).map(({ title }) => title);
      const { passed, failed, output } = await copy.test(file, titles);
      for (const title of passed) passing.add(title);
      if (passed.length > 0 && failed.length === 0) return;
      missed++;
      console.log(`FAILS without a fault: ${file}\n${output}`);
    }),
  );
  await share(
    copies,
    chosen.map((mutation) => async (copy) => {
      const [first, ...others] = await copy.attempt(mutation, passing);
      if (first === undefined) missed++;
      const by = first === undefined ? mutation.title : `${first}${others.length > 0 ? `, ${others.length} more` : ''}`;
      console.log(`${first === undefined ? 'MISSED' : 'caught'}  ${mutation.fault}  (${mutation.test}: ${by})`);
    }),
  );
} finally {
  for (const copy of copies) copy.remove();
}

console.log(`${chosen.length} faults, ${missed} missed, ${Math.round((performance.now() - started) / 1000)} s`);
if (missed > 0 || chosen.length === 0) process.exitCode = 1;
