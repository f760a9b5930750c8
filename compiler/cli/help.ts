import { table } from '../text.js';
import { commonOptions, type Command, type OptionSpec, type OptionSpecs } from './command.js';

const indent = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);

const optionRows = (options: OptionSpecs): string[][] =>
  Object.entries<OptionSpec>({ ...options, ...commonOptions }).map(([name, { value, short, help }]) => [
    `${short === undefined ? '   ' : `-${short},`} --${name}${value === undefined ? '' : ` ${value}`}`,
    help,
  ]);

/** The help of a command. */
export function commandHelp({ name, usage, summary, details, options, examples }: Command): string {
  return [
    `usage: nacre ${[name, usage].filter((part) => part !== '').join(' ')}`,
    '',
    summary,
    ...details,
    '',
    'options',
    ...indent(table(optionRows(options))),
    '',
    'examples',
    ...indent(examples.map((example) => `nacre ${example}`)),
    '',
  ].join('\n');
}

/** The help of the program. */
export function programHelp(commands: readonly Command[]): string {
  return [
    'usage: nacre COMMAND [options]',
    '',
    'Compiles a neural-network graph into one small WebAssembly module.',
    '',
    'commands',
    ...indent(table(commands.map(({ name, summary }) => [name, summary]))),
    '',
    'options',
    ...indent(
      table([
        ['-h, --help', 'show this text; nacre COMMAND --help shows that of a command'],
        ['    --version', 'show the version'],
      ]),
    ),
    '',
    'examples',
    ...indent(commands.map(({ examples }) => `nacre ${examples[0]}`)),
    '',
    'exit codes',
    ...indent([
      '0  done',
      '1  the model is wrong, an import is not supported or a check failed',
      '2  wrong command line or unreadable file',
      '3  internal fault',
    ]),
    '',
  ].join('\n');
}
