import { table, thousands } from '../../text.js';
import type { Figures, GroupFigures, Profile, StepFigures } from './figures.js';

/** Three significant digits or whole numbers. */
const figure = (value: number): string =>
  value === 0 ? '0' : value >= 100 ? thousands(Math.round(value)) : value.toPrecision(3);

/** Microseconds to hundredths, of long times whole ones. */
const time = (value: number): string =>
  Math.abs(value) >= 1000 ? thousands(Math.round(value)) : value.toFixed(2).replace('-0.00', '0.00');

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** Arithmetic of products, and movement. */
const rates = ({ multiplyAdds, gflops, ofPeak, bandwidth }: Figures): string[] => [
  ...(multiplyAdds > 0 ? [figure(gflops), `${(100 * ofPeak).toFixed(0)} %`] : ['', '']),
  figure(bandwidth),
];

const rateHeads = ['time µs', 'share', 'GFLOP/s', 'of peak', 'GB/s'];

const MOST_NAME = 40;

/** Exporters write whole paths into names, which differ at their ends. */
const shorten = (name: string): string => (name.length > MOST_NAME ? `…${name.slice(1 - MOST_NAME)}` : name);

/** `conv2d_3 + add_1 + relu_1` */
export function printLayers(layers: readonly string[]): string {
  const all = layers.join(' + ');
  return all.length <= MOST_NAME || layers.length === 1
    ? shorten(all)
    : `${shorten(layers[0]!)} + ${layers.length - 1}`;
}

const shapeOf = (shape: readonly number[] | undefined): string => (shape ? `(${shape.join(', ')})` : '');

/** `(1, 20) → (1, 256)`, of what is read but variables the first and how many more. */
function printShapes({ inputs, outputs }: Pick<StepFigures, 'inputs' | 'outputs'>): string {
  const more = inputs.length > 1 ? ` + ${inputs.length - 1}` : '';
  return [`${shapeOf(inputs[0])}${more}`, shapeOf(outputs[0])].filter((text) => text !== '').join(' → ');
}

const stepRow = (step: StepFigures): string[] => [
  String(step.step),
  printLayers(step.layers),
  step.kernel,
  step.reason,
  printShapes(step),
  time(step.time),
  percent(step.share),
  ...rates(step),
];

const groupRow = (group: GroupFigures): string[] => [
  shorten(group.name),
  String(group.steps),
  time(group.time),
  percent(group.share),
  ...rates(group),
];

const groupTable = (head: string, groups: readonly GroupFigures[]): string[] =>
  table([[head, 'steps', ...rateHeads], ...groups.map(groupRow)], [1, 2, 3, 4, 5, 6]);

/** The table of steps, those of layers and kernels, and what calls take. */
export function printProfile({ sizes, steps, layers, kernels, total, times }: Profile, head: string): string {
  const open = Object.entries(sizes).map(([name, size]) => `${name} ${size}`);
  const { pass, module, run, forward, prepare, peak, passes } = times;
  const calls = [
    ['all steps', time(pass), `${steps.length} steps, median of ${thousands(passes)} passes`],
    ['forward', time(module), 'the module alone'],
    ['run()', time(run), 'more than the module, a call through the runtime'],
    ['forward()', time(forward), 'more than the module, with copies in and out'],
    ['prepare', time(prepare), 'once after variables change'],
  ];
  const rate = total.multiplyAdds > 0 ? `, ${figure(total.gflops)} GFLOP/s, ${percent(total.ofPeak)} of the peak` : '';
  return [
    `${head}${open.length > 0 ? `, ${open.join(', ')}` : ''}`,
    ...table([['step', 'layer', 'kernel', 'reason', 'shape', ...rateHeads], ...steps.map(stepRow)], [0, 5, 6, 7, 8, 9]),
    '',
    ...groupTable('layer', layers),
    '',
    ...groupTable('kernel', kernels),
    '',
    ...table([['call', 'time µs', ''], ...calls], [1]),
    `multiply-adds ${thousands(total.multiplyAdds)}${rate}`,
    `peak ${figure(peak)} GFLOP/s of 128-bit arithmetic on one core`,
    '',
  ].join('\n');
}
