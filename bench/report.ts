import { kilobytes, markdownTable, megabytes, significant, type Cell } from './markdown.js';
import type { ByteCount } from './protocol.js';
import type { ModelResult, Results } from './run.js';

const both = ({ raw, gzip }: ByteCount): string => `${kilobytes(raw)} / ${kilobytes(gzip)}`;
const sum = (a: ByteCount, b: ByteCount): ByteCount => ({ raw: a.raw + b.raw, gzip: a.gzip + b.gzip });
const ratio = (value: number): string => `${value.toFixed(2)} ×`;

/** The results as Markdown. */
export function report(results: Results): string {
  const parts = [heading(results), ...sections(results)];
  for (const { model, reason } of results.failures) parts.push(`${model} was not measured: ${reason}`);
  return `${parts.join('\n\n')}\n`;
}

function heading({ machine, target, quick, sides }: Results): string {
  const versions = sides.map(({ title, version }) => `${title} ${version}`).join(', ');
  const { date, cpu, cores, node, load } = machine;
  const noise = load > 0.5 ? ` The machine was busy (load ${load.toFixed(1)}).` : '';
  const kind = quick ? ' A quick run.' : '';
  return `${date}, ${cpu}, ${cores} cores, Node ${node}, ${target} target, one thread: ${versions}.${kind}${noise}`;
}

function* sections(results: Results): Generator<string> {
  const { models, calls, sides } = results;
  if (models.length > 0) {
    yield* section('Time of a call, typed array in to typed array out, median µs', timeTable(results));
    yield* section('Process start to first output, median ms', coldTable(results));
    yield* section('Peak memory of the process, MB', memoryTable(results));
    yield* section('The module, and compiling it', moduleTable(models));
  }
  if (calls) {
    const { model, module, run, forward } = calls;
    const over = (value: number): string => {
      const more = value - module;
      return `${significant(value)} (${more < 0 ? '−' : '+'}${significant(Math.abs(more))})`;
    };
    const header = ['model', "the module's forward", 'run()', 'forward()'];
    yield* section('A call, ns', markdownTable(header, [[model, significant(module), over(run), over(forward)]]));
  }
  const shipped = sides.map(({ title, shipped: { script, binaries } }) => [
    title,
    both(script),
    both(binaries),
    both(sum(script, binaries)),
  ]);
  const header = ['side', 'script', 'binaries', 'both'];
  yield* section('Shipped beside the model, raw / gzip, kB', markdownTable(header, shipped));
}

function* section(title: string, table: string): Generator<string> {
  yield `**${title}**`;
  yield table;
}

function timeTable({ models, sides }: Results): string {
  const rivals = sides.slice(1);
  const header = ['model', ...sides.map(({ title }) => title), '× fastest', 'max abs difference'];
  const rows = models.map(({ name, timings }): Cell[] => {
    const others = rivals.flatMap((rival) => timings[rival.name] ?? []);
    const own = timings.nacre?.time;
    const fastest = own && others.length > 0 ? ratio(Math.min(...others.map(({ time }) => time)) / own) : undefined;
    const worst = others.length === 0 ? undefined : Math.max(...others.map(({ difference }) => difference));
    return [
      name,
      ...sides.map((side) => {
        const timing = timings[side.name];
        return timing && significant(timing.time * 1e3);
      }),
      fastest,
      worst?.toExponential(1),
    ];
  });
  return markdownTable(header, rows);
}

function coldTable({ models, sides }: Results): string {
  const header = ['model', 'empty process', ...sides.map(({ title }) => title), 'nacre / empty'];
  const rows = models.flatMap(({ name, cold }): Cell[][] => {
    if (!cold) return [];
    const times = sides.map((side) => cold[side.name] && significant(cold[side.name]!.time));
    return [[name, significant(cold.empty.time), ...times, cold.nacre && ratio(cold.nacre.time / cold.empty.time)]];
  });
  return markdownTable(header, rows);
}

function memoryTable({ models, sides }: Results): string {
  const header = ['model', 'empty process', ...sides.map(({ title }) => title)];
  const rows = models.map(({ name, timings, cold }): Cell[] => [
    name,
    cold && megabytes(cold.empty.memory),
    ...sides.map((side) => timings[side.name] && megabytes(timings[side.name]!.memory)),
  ]);
  return markdownTable(header, rows);
}

function moduleTable(models: readonly ModelResult[]): string {
  const header = [
    'model',
    'parameters',
    'module, raw / gzip kB',
    'without weights',
    'first compile, ms',
    'warm compile, ms',
  ];
  const rows = models.map(({ name, parameters, module, code, compile }): Cell[] => [
    name,
    significant(parameters),
    both(module),
    both(code),
    significant(compile.first),
    significant(compile.warm),
  ]);
  return markdownTable(header, rows);
}
