import { CALL_LIMITS, limitsOf, LOADER_LIMIT, MEMORY_LIMIT, mostMemory } from './bars.js';
import { kilobytes, markdownTable, megabytes, significant, type Cell } from './markdown.js';
import type { ByteCount } from './protocol.js';
import type { EngineResult, Ratio, Results, SideResult } from './results.js';

const both = ({ raw, gzip }: ByteCount): string => `${kilobytes(raw)} / ${kilobytes(gzip)}`;
const sum = (a: ByteCount, b: ByteCount): ByteCount => ({ raw: a.raw + b.raw, gzip: a.gzip + b.gzip });

/** A number with what it has to reach, and whether it does. */
const against = (shown: string, bar: string, isMet: boolean): string => `${shown} (${bar} ${isMet ? 'met' : 'short'})`;

/** A number that may be so much at most, where there is a limit. */
const within = (value: number, limit: number | undefined, show: (value: number) => string): string =>
  limit === undefined ? show(value) : against(show(value), show(limit), value <= limit);

/** The results as Markdown. */
export function report(results: Results): string {
  const parts = [heading(results)];
  for (const engine of results.engines) parts.push(...engineSections(engine, results.sides));
  parts.push(...section('Shipped beside the model, raw / gzip, kB', shippedTable(results.sides)));
  return `${parts.join('\n\n')}\n`;
}

function heading({ machine, quick, sides }: Results): string {
  const versions = sides.map(({ title, version }) => `${title} ${version}`).join(', ');
  const { date, cpu, cores, load } = machine;
  const noise = load > 0.5 ? ` The machine was busy (load ${load.toFixed(1)}).` : '';
  const kind = quick ? ' A quick run.' : '';
  return `${date}, ${cpu}, ${cores} cores, one thread: ${versions}.${kind}${noise}`;
}

function* engineSections(result: EngineResult, sides: readonly SideResult[]): Generator<string> {
  const { engine, models, calls, failures } = result;
  yield `### Node ${engine.version}, ${engine.target} target`;
  for (const { model, reason } of failures) yield `${model} was not measured: ${reason}`;
  if (models.length > 0) {
    yield* section('Time of a call, typed array in to typed array out, median ms', timeTable(result, sides));
    yield* missing(result, sides);
    if (models.some(({ cold }) => cold)) {
      yield* section('Process start to first output, median ms', coldTable(result, sides));
    }
    yield* section('Memory, MB', memoryTable(result, sides));
    yield* section('The module, and compiling it', moduleTable(result));
  }
  if (calls) {
    const { model, module, run, forward } = calls;
    const over = (value: number, limit: number): string =>
      `${significant(value)}, over the module's: ${within(value - module, limit, (more) => more.toFixed(0))}`;
    const header = ['model', "the module's forward", 'run()', 'forward()'];
    const row = [model, significant(module), over(run, CALL_LIMITS.run), over(forward, CALL_LIMITS.forward)];
    yield* section('A call, ns', markdownTable(header, [row]));
  }
}

function* section(title: string, table: string): Generator<string> {
  yield `**${title}**`;
  yield table;
}

/** Why sides stand as – in the table of times. */
function* missing({ models }: EngineResult, sides: readonly SideResult[]): Generator<string> {
  const lines = sides.flatMap(({ name, title }) => {
    const reasons = new Map<string, string[]>();
    for (const { name: model, failures } of models) {
      const reason = failures[name];
      if (reason !== undefined) reasons.set(reason, [...(reasons.get(reason) ?? []), model]);
    }
    return [...reasons].map(([reason, of]) => `- ${title} on ${of.join(', ')}: ${reason}`);
  });
  if (lines.length > 0) yield lines.join('\n');
}

function ratioCell(ratio: Ratio | undefined): Cell {
  if (ratio === undefined) return undefined;
  const { times, bar, isMet } = ratio;
  return bar === undefined ? times.toFixed(2) : against(times.toFixed(2), String(Number(bar.toFixed(2))), isMet!);
}

function timeTable({ models }: EngineResult, sides: readonly SideResult[]): string {
  const header = [
    ...['model', 'MFLOP', ...sides.map(({ title }) => title), '× wasm (bar)', '× native (bar)'],
    ...['GFLOP/s', '% of peak', 'max difference'],
  ];
  const rows = models.map(({ name, operations, timings, ratios, peak }): Cell[] => {
    const time = timings.nacre!.time;
    const rate = operations / time / 1e6;
    const differences = Object.values(timings).map(({ difference }) => difference);
    return [
      name,
      significant(operations / 1e6),
      ...sides.map((side) => {
        const timing = timings[side.name];
        const shown = timing && significant(timing.time);
        return side.name === ratios.wasm?.rival ? `**${shown}**` : shown;
      }),
      ratioCell(ratios.wasm),
      ratioCell(ratios.native),
      rate.toFixed(1),
      ((100 * rate) / peak).toFixed(0),
      Math.max(...differences).toExponential(1),
    ];
  });
  return markdownTable(header, rows);
}

function coldTable({ models }: EngineResult, sides: readonly SideResult[]): string {
  const header = ['model', 'empty process', ...sides.map(({ title }) => title), 'nacre / empty (limit)'];
  const rows = models.flatMap(({ name, cold }): Cell[][] => {
    if (!cold?.nacre) return [];
    const times = sides.map((side) => cold[side.name] && significant(cold[side.name]!.time));
    const ratio = within(cold.nacre.time / cold.empty.time, limitsOf(name).cold, (value) => value.toFixed(2));
    return [[name, significant(cold.empty.time), ...times, ratio]];
  });
  return markdownTable(header, rows);
}

function memoryTable({ models }: EngineResult, sides: readonly SideResult[]): string {
  const header = [
    ...['model', 'predicted by the manifest', 'of the module', 'module / predicted (limit)', 'empty process'],
    ...sides.map(({ title }) => `${title}, peak`),
  ];
  const rows = models.map(({ name, timings, cold, memory: { predicted, used } }): Cell[] => [
    name,
    megabytes(predicted),
    megabytes(used),
    against((used / predicted).toFixed(2), String(MEMORY_LIMIT), used <= mostMemory(predicted)),
    cold && megabytes(cold.empty.memory),
    ...sides.map((side) => timings[side.name] && megabytes(timings[side.name]!.memory)),
  ]);
  return markdownTable(header, rows);
}

function moduleTable({ models }: EngineResult): string {
  const header = [
    ...['model', 'parameters', 'module, kB', 'without weights, kB', 'by gzip (limit)'],
    ...['first compile, ms', 'warm compile, ms (limit)'],
  ];
  const rows = models.map(({ name, parameters, module, code, compile }): Cell[] => {
    const limits = limitsOf(name);
    return [
      name,
      parameters.toLocaleString('en-US'),
      kilobytes(module),
      kilobytes(code.raw),
      within(code.gzip, limits.code, kilobytes),
      significant(compile.first),
      within(compile.warm, limits.compile, significant),
    ];
  });
  return markdownTable(header, rows);
}

function shippedTable(sides: readonly SideResult[]): string {
  const rows = sides.flatMap(({ name, title, shipped }): Cell[][] => {
    if (!shipped) return [];
    const { script, binaries } = shipped;
    const all = sum(script, binaries);
    const whole = name === 'nacre' ? `${kilobytes(all.raw)} / ${within(all.gzip, LOADER_LIMIT, kilobytes)}` : both(all);
    return [[title, both(script), both(binaries), whole]];
  });
  return markdownTable(['side', 'script', 'binaries', 'both'], rows);
}
