import type { Machine } from './machine.js';
import { markdownTable, significant } from './markdown.js';

/** What `nacre profile --json` prints, as far as the tables need it; times in microseconds. */
export interface MeasuredProfile {
  readonly name: string;
  readonly target: string;
  readonly host: string;
  readonly steps: readonly MeasuredStep[];
  readonly total: { readonly time: number; readonly multiplyAdds: number };
  readonly times: { readonly peak: number };
}

interface MeasuredStep {
  readonly kernel: string;
  readonly reason: string;
  readonly inputs: readonly (readonly number[])[];
  readonly outputs: readonly (readonly number[])[];
  readonly time: number;
  readonly multiplyAdds: number;
  readonly read: number;
  readonly written: number;
}

type Group = Omit<MeasuredStep, 'inputs' | 'outputs'> & { readonly shapes: string; readonly steps: number };

/** What no kernel reaches that multiplies as often as it is counted. */
const MORE_THAN_PEAK = 1.2;
/** Rows of a table; the steps after them share one. */
const MOST_ROWS = 12;

/** Without the batch of 1, which all of them have. */
const shape = (sizes: readonly number[] | undefined): string =>
  (sizes?.[0] === 1 && sizes.length > 1 ? sizes.slice(1) : (sizes ?? [])).join(' × ');

/** Steps of the same kernel and shapes together, the slowest first. */
function groupsOf(steps: readonly MeasuredStep[]): Group[] {
  const groups = new Map<string, Group>();
  for (const { inputs, outputs, ...step } of steps) {
    const shapes = `${shape(inputs[0])} → ${shape(outputs[0])}`;
    const key = [step.kernel, step.reason, shapes].join();
    const before = groups.get(key);
    groups.set(key, before ? joined(before, { ...step, shapes, steps: 1 }) : { ...step, shapes, steps: 1 });
  }
  return [...groups.values()].sort((a, b) => b.time - a.time);
}

const joined = (a: Group, b: Group): Group => ({
  ...a,
  steps: a.steps + b.steps,
  time: a.time + b.time,
  multiplyAdds: a.multiplyAdds + b.multiplyAdds,
  read: a.read + b.read,
  written: a.written + b.written,
});

const header = ['kernel', 'why', 'shapes', 'steps', 'µs', 'share', 'GFLOP/s', 'of peak', 'GB/s', 'above the limit, µs'];

function table({ steps, total, times: { peak } }: MeasuredProfile): string {
  const groups = groupsOf(steps);
  const others = groups.slice(MOST_ROWS);
  const rest = others.length > 1 ? [{ ...others.reduce(joined), kernel: 'others', reason: '', shapes: '' }] : others;
  const row = ({ kernel, reason, shapes, steps: count, time, multiplyAdds, read, written }: Group): string[] => {
    const gflops = (2 * multiplyAdds) / time / 1e3;
    // Fewer multiplications than are counted have no such limit.
    const above =
      gflops > MORE_THAN_PEAK * peak ? '' : significant(Math.max(0, time - (2 * multiplyAdds) / peak / 1e3));
    return [
      kernel,
      reason,
      shapes,
      String(count),
      significant(time),
      `${((100 * time) / total.time).toFixed(1)} %`,
      ...(multiplyAdds > 0 ? [significant(gflops), `${((100 * gflops) / peak).toFixed(0)} %`] : ['', '']),
      significant((read + written) / time / 1e3),
      above,
    ];
  };
  return markdownTable(header, [...groups.slice(0, MOST_ROWS), ...rest].map(row));
}

function section(profile: MeasuredProfile): string {
  const { name, target, host, steps, total, times } = profile;
  const limit = (2 * total.multiplyAdds) / times.peak / 1e3;
  const text = [
    `${host}, ${target}: ${significant(total.time / 1e3)} ms for the ${steps.length} steps of one \`forward\`, `,
    `${significant((2 * total.multiplyAdds) / total.time / 1e3)} GFLOP/s. At the peak of ${significant(times.peak)} `,
    `GFLOP/s its ${significant(total.multiplyAdds / 1e6)} million multiply-adds take ${significant(limit / 1e3)} ms.`,
  ].join('');
  return `#### ${name}, ${target}\n\n${text}\n\n${table(profile)}`;
}

/** The profiles of models as Markdown: for each the steps by kernel and shapes. */
export function profileSection({ cpu, cores, date }: Machine, profiles: readonly MeasuredProfile[]): string {
  const head = `Measured ${date} on ${cpu}, ${cores} cores.`;
  return [head, ...profiles.map(section)].join('\n\n') + '\n';
}
