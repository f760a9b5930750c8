import { parseArgs } from 'node:util';
import { selectModels, type BenchModel } from './models/index.js';
import { sideNames, type SideName } from './sides/index.js';

export const usage = `npm run bench -- [OPTION …]
  --models A,B   only these models or families, such as mlp or lenet-b32; or initialize: how fast parameters are
                 drawn
  --sides A,B    only nacre and these rivals, of ${sideNames.join(', ')}
  --relaxed      compile for relaxed SIMD
  --node PATH    the Node that runs the measured processes
  --json FILE    write every figure there too
  --quick        fewer and shorter rounds
  --kernels      the kernel library against the SIMD peak instead (--relaxed: its relaxed build)
  --random       the random number kernels instead
  --passes       what each pass of the optimizer and measure of the planner gains instead (--models: of which)`;

export interface BenchOptions {
  readonly models: readonly BenchModel[];
  readonly sides: readonly SideName[];
  readonly target: 'baseline' | 'relaxed';
  readonly node: string;
  readonly json: string | undefined;
  readonly quick: boolean;
}

export type Command = 'help' | 'kernels' | 'random' | 'passes' | 'initialize' | BenchOptions;

const listed = (text: string | undefined): string[] => text?.split(',').filter((item) => item !== '') ?? [];

/** @throws Error for options, models and sides that do not exist */
export function readOptions(args: readonly string[]): Command {
  const { values } = parseArgs({
    args: [...args],
    options: {
      models: { type: 'string' },
      sides: { type: 'string' },
      node: { type: 'string' },
      json: { type: 'string' },
      relaxed: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      kernels: { type: 'boolean', default: false },
      random: { type: 'boolean', default: false },
      passes: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  if (values.kernels) return 'kernels';
  if (values.random) return 'random';
  if (values.passes) return 'passes';
  if (values.models === 'initialize') return 'initialize';
  return {
    models: selectModels(listed(values.models)),
    sides: selectSides(listed(values.sides)),
    target: values.relaxed ? 'relaxed' : 'baseline',
    node: values.node ?? process.execPath,
    json: values.json,
    quick: values.quick,
  };
}

/** nacre first: the others are compared with it. */
function selectSides(names: readonly string[]): readonly SideName[] {
  const unknown = names.find((name) => !(sideNames as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new Error(`--sides: there is no '${unknown}'; choose from ${sideNames.join(', ')}`);
  }
  return sideNames.filter((name) => names.length === 0 || name === 'nacre' || names.includes(name));
}
