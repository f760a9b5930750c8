import { parseArgs } from 'node:util';
import type { Target } from './bars.js';
import { selectModels, type BenchModel } from './models/index.js';
import { sideNames, type SideName } from './sides/index.js';

/** The models that docs/performance.md shows. */
const profiledModels = ['mobilenetv2', 'resnet18', 'minilm-s128'];

export const usage = `npm run bench -- [OPTION …]
Compares models in nacre with other runtimes, first on Node 24 compiled for relaxed SIMD, then on this Node without.
  --models A,B     only these models or families, such as mlp or lenet-b32; or initialize: how fast parameters are
                   drawn
  --sides A,B      only nacre and these rivals, of ${sideNames.join(', ')}
  --node PATH      only on this Node
  --target TARGET  only compiled for this: baseline or relaxed
  --json FILE      write every figure there too
  --markdown FILE  write the tables there too
  --quick          fewer and shorter rounds
  --profiles       write profiles of models, by default of ${profiledModels.join(', ')}, into docs/performance.md instead
  --kernels        the kernel library against the SIMD peak instead (--relaxed: its relaxed build)
  --random         the random number kernels instead
  --instances      what 1,000 instances of one module cost instead (--node: on which Node)
  --passes         what each pass of the optimizer and measure of the planner gains instead (--models: of which)`;

export interface BenchOptions {
  readonly models: readonly BenchModel[];
  readonly sides: readonly SideName[];
  readonly target?: Target;
  readonly node?: string;
  readonly json: string | undefined;
  readonly markdown: string | undefined;
  readonly quick: boolean;
  /** Profiles of the models instead. */
  readonly profiles: boolean;
}

/** What many instances cost. */
export interface InstancesCommand {
  readonly command: 'instances';
  readonly node?: string;
}

export type Command = 'help' | 'kernels' | 'random' | 'passes' | 'initialize' | InstancesCommand | BenchOptions;

const listed = (text: string | undefined): string[] => text?.split(',').filter((item) => item !== '') ?? [];

/** @throws Error for options, models and sides that do not exist */
export function readOptions(args: readonly string[]): Command {
  const { values } = parseArgs({
    args: [...args],
    options: {
      models: { type: 'string' },
      sides: { type: 'string' },
      node: { type: 'string' },
      target: { type: 'string' },
      json: { type: 'string' },
      markdown: { type: 'string' },
      relaxed: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      profiles: { type: 'boolean', default: false },
      kernels: { type: 'boolean', default: false },
      random: { type: 'boolean', default: false },
      instances: { type: 'boolean', default: false },
      passes: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  if (values.kernels) return 'kernels';
  if (values.random) return 'random';
  if (values.instances) return { command: 'instances', ...(values.node !== undefined && { node: values.node }) };
  if (values.passes) return 'passes';
  if (values.models === 'initialize') return 'initialize';
  const target = targetOf(values.relaxed ? 'relaxed' : values.target);
  return {
    models: selectModels(values.profiles && values.models === undefined ? profiledModels : listed(values.models)),
    sides: selectSides(listed(values.sides)),
    ...(target !== undefined && { target }),
    ...(values.node !== undefined && { node: values.node }),
    json: values.json,
    markdown: values.markdown,
    quick: values.quick,
    profiles: values.profiles,
  };
}

function targetOf(text: string | undefined): Target | undefined {
  if (text === undefined || text === 'baseline' || text === 'relaxed') return text;
  throw new Error(`--target: there is no '${text}'; choose from baseline, relaxed`);
}

/** nacre first: the others are compared with it. */
function selectSides(names: readonly string[]): readonly SideName[] {
  const unknown = names.find((name) => !(sideNames as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new Error(`--sides: there is no '${unknown}'; choose from ${sideNames.join(', ')}`);
  }
  return sideNames.filter((name) => names.length === 0 || name === 'nacre' || names.includes(name));
}
