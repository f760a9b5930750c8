import { loadBinaryen } from '../emit/binaryen.js';
import { DeclarationError, type Issue } from '../errors.js';
import type { CompiledFunction } from '../ir.js';
import { loadCompiler, type Compiler, type Diagnostic } from './asc.js';
import { inspect } from './inspect.js';
import { aliases, initializerNames, scopeOf, type CustomSource, type Role } from './scope.js';

export interface CompiledSources {
  /** By name. */
  readonly functions: ReadonlyMap<string, CompiledFunction>;
  /** `name: source line:column: what` */
  readonly warnings: readonly string[];
}

const FILE = 'source.ts';
const SCOPE_FILE = 'scope.ts';
const ERROR = 3;
const WARNING = 2;
const UNKNOWN_NAME = 2304;

/**
 * Compiles users' sources, each into a module of its own. The compiler is loaded if there is any source.
 *
 * @throws DeclarationError with what is wrong with any of the sources, at their lines and columns, or with what they
 *   export or use · OptionError if the AssemblyScript compiler is not installed
 */
export async function compileSources(
  sources: readonly CustomSource[],
  load: (subject: string) => Promise<Compiler> = loadCompiler,
): Promise<CompiledSources> {
  const functions = new Map<string, CompiledFunction>();
  const issues: Issue[] = [];
  const warnings: string[] = [];
  if (sources.length > 0) await loadBinaryen();
  for (const custom of sources) {
    const { binary, errors, notes } = await runOnce(custom, load);
    warnings.push(...notes.map((what) => `${custom.name}: ${what}`));
    const found = binary ? inspect(custom, binary) : { faults: errors };
    if ('faults' in found) issues.push(...found.faults.map((what) => issueOf(custom, what)));
    else functions.set(custom.name, found);
  }
  if (issues.length > 0) throw new DeclarationError(Object.freeze(issues));
  return { functions, warnings };
}

const issueOf = ({ name, pointer = '' }: CustomSource, what: string): Issue => ({
  code: 'source',
  pointer: `${pointer}/source`,
  subject: name,
  message: `${name}: ${what}`,
});

interface Output {
  readonly binary: Uint8Array | undefined;
  readonly errors: readonly string[];
  readonly notes: readonly string[];
}

/** What the compiler made of the last sources: it takes 100 ms and more for each, and always makes the same. */
const outputs = new Map<string, Output>();
const MOST_OUTPUTS = 64;

async function runOnce(custom: CustomSource, load: (subject: string) => Promise<Compiler>): Promise<Output> {
  const key = `${custom.role} ${custom.source}`;
  const known = outputs.get(key);
  if (known) return known;
  const output = await run(await load(custom.name), custom);
  outputs.set(key, output);
  if (outputs.size > MOST_OUTPUTS) outputs.delete(outputs.keys().next().value!);
  return output;
}

async function run(compiler: Compiler, { source, role }: CustomSource): Promise<Output> {
  const files: Readonly<Record<string, string>> = { [FILE]: source, [SCOPE_FILE]: scopeOf(role) };
  const diagnostics: Diagnostic[] = [];
  let binary: Uint8Array | undefined;
  const uses = Object.entries({ ...aliases, abort: '' }).flatMap(([name, target]) => ['--use', `${name}=${target}`]);
  const args = [
    ...[FILE, '--lib', 'scope', '--outFile', 'source.wasm', ...uses],
    ...['--runtime', 'stub', '--noAssert', '--noExportMemory', '--optimizeLevel', '3', '--shrinkLevel', '0'],
  ];
  const api: Parameters<Compiler['main']>[1] = {
    readFile: (name) => files[name.slice(name.lastIndexOf('/') + 1)] ?? null,
    writeFile: (_, content) => {
      if (typeof content !== 'string') binary = content;
    },
    listFiles: () => [SCOPE_FILE],
    reportDiagnostic: (diagnostic) => diagnostics.push(diagnostic),
  };
  const failure = await compiler.main(args, api).then(
    ({ error }) => error,
    (error: unknown) => error,
  );
  const texts = (category: number): string[] =>
    diagnostics
      .filter((diagnostic) => diagnostic.category === category)
      .sort((a, b) => (a.range?.start ?? 0) - (b.range?.start ?? 0))
      .map((diagnostic) => printDiagnostic(diagnostic, source, role));
  const errors = texts(ERROR);
  if (failure && errors.length === 0) {
    const what = failure instanceof Error ? `: ${failure.message}` : '';
    errors.push(`source: the AssemblyScript compiler failed${what}`);
  }
  return { binary: errors.length > 0 ? undefined : binary, errors, notes: texts(WARNING) };
}

/** `source 3:17: Type 'f64' is not assignable to type 'f32'`, line and column from 1. */
function printDiagnostic({ code, message, range }: Diagnostic, source: string, role: Role): string {
  const what = message.replace(/\.$/, '') + hintOf(code, message, role);
  if (!range) return `source: ${what}`;
  if (range.source.normalizedPath !== FILE) return `source: ${what} (in ${range.source.normalizedPath})`;
  const before = source.slice(0, range.start).split('\n');
  return `source ${before.length}:${before.at(-1)!.length + 1}: ${what}`;
}

function hintOf(code: number, message: string, role: Role): string {
  const name = /'(.*)'/.exec(message)?.[1] ?? '';
  const isDrawn = code === UNKNOWN_NAME && role === 'elementwise' && initializerNames.includes(name);
  return isDrawn ? '; it is in scope of initializers only' : '';
}
