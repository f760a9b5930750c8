import { readFile } from 'node:fs/promises';
import { InternalError, NacreError, OptionError } from '../errors.js';
import { didYouMean } from '../suggest.js';
import { parseCommandLine, type Command, type Streams } from './command.js';
import { compileCommand } from './compile.js';
import { commandHelp, programHelp } from './help.js';
import { histogramCommand } from './histogram.js';
import { profileCommand } from './profile/index.js';
import { reportCommand } from './report.js';
import { runCommand } from './run.js';
import { schemaCommand } from './schema.js';
import { summaryCommand } from './summary.js';
import { verifyCommand } from './verify/index.js';

const commands: readonly Command[] = [
  compileCommand,
  runCommand,
  summaryCommand,
  histogramCommand,
  reportCommand,
  profileCommand,
  verifyCommand,
  schemaCommand,
];

async function readVersion(): Promise<string> {
  const text = await readFile(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}

/** A wrong command line or unreadable file, a wrong model or import, or a fault of nacre itself. */
function exitCodeOf(error: unknown): 1 | 2 | 3 {
  if (error instanceof OptionError) return 2;
  return error instanceof NacreError && !(error instanceof InternalError) ? 1 : 3;
}

/** The message; of a fault of nacre the stack too. */
function describeFault(error: unknown): string {
  if (!(error instanceof Error)) return `internal: ${String(error)}`;
  if (exitCodeOf(error) !== 3) return error.message;
  const { stack = '' } = error;
  const message = error instanceof InternalError ? error.message : `internal: ${error.name}: ${error.message}`;
  return [message, ...stack.split('\n').filter((line) => /^ +at /.test(line))].join('\n');
}

async function dispatch(argv: readonly string[], streams: Streams): Promise<void> {
  const [name, ...rest] = argv;
  if (name === undefined) throw new OptionError('arguments', 'nacre', `a command is missing; see nacre --help`);
  if (name === '--help' || name === '-h') {
    streams.stdout.write(programHelp(commands));
    return;
  }
  if (name === '--version') {
    streams.stdout.write(`${await readVersion()}\n`);
    return;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (!command) {
    const names = commands.map((candidate) => candidate.name);
    const hint = didYouMean(name, [...names, '--help', '--version']) || '; see nacre --help';
    throw new OptionError('arguments', 'nacre', `unknown command '${name}'${hint}`);
  }
  const { operands, values } = parseCommandLine(command, rest);
  if (values.help) streams.stdout.write(commandHelp(command));
  else await command.run(operands, values, streams);
}

/**
 * Runs a command line.
 *
 * @param argv without the interpreter and the program
 * @returns the exit code: 0 done, 1 the model is wrong or a check failed, 2 wrong command line or unreadable file, 3 internal fault
 */
export async function main(argv: readonly string[], streams: Streams): Promise<0 | 1 | 2 | 3> {
  try {
    await dispatch(argv, streams);
    return 0;
  } catch (error) {
    streams.stderr.write(`${describeFault(error)}\n`);
    return exitCodeOf(error);
  }
}
