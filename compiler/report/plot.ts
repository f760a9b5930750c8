import type { Axis, GroupMark, Mark, Spec } from 'vega-typings';
import { numberStyle, printCount, printMoments, printOrigin } from './numbers.js';
import { domainOf, plotArea, TICKS, tickStep } from './scale.js';
import type { Colors } from './theme.js';
import type { VariableHistogram } from './variables.js';

const { width: WIDTH, height: HEIGHT, left: LEFT, right: RIGHT, top: TOP, bottom: BOTTOM } = plotArea;
const TITLE = 58;
const CELL_WIDTH = LEFT + WIDTH + RIGHT;
const MARGIN = 12;
const HEADING = 36;

const FONT = 'Helvetica, Arial, sans-serif';
/** As many characters of a wide font as fit above a plot. */
const TITLE_CHARACTERS = 46;
const FACTS_CHARACTERS = 64;

/** A line that is too long loses what is in the middle: beginning and end of a name tell more. */
function shorten(line: string, most: number): string {
  if (line.length <= most) return line;
  const end = Math.floor((most - 1) * 0.7);
  return `${line.slice(0, most - 1 - end)}…${line.slice(-end)}`;
}

function axes(variable: VariableHistogram, domain: [number, number], colors: Colors): Axis[] {
  const labels = { labelColor: colors.muted, labelFont: FONT, labelFontSize: 11 };
  const title = { titleColor: colors.muted, titleFont: FONT, titleFontSize: 11, titleFontWeight: 'normal' as const };
  const lines = { domainColor: colors.axis, tickColor: colors.axis };
  const { kind, decimals } = numberStyle(Math.max(...domain.map(Math.abs)), tickStep(domain[1] - domain[0]));
  const most = Math.max(...variable.counts);
  return [
    {
      orient: 'left',
      scale: 'y',
      grid: true,
      gridScale: 'x',
      aria: false,
      gridColor: colors.grid,
      domain: false,
      ticks: false,
      tickCount: 4,
      tickMinStep: 1,
      encode: { labels: { update: { text: { signal: `format(datum.value, '${most < 1e5 ? ',d' : '~s'}')` } } } },
      title: 'count',
      titleX: -48,
      labelPadding: 6,
      ...labels,
      ...title,
    },
    {
      orient: 'bottom',
      scale: 'x',
      aria: false,
      tickCount: TICKS,
      tickSize: 4,
      labelPadding: 3,
      labelOverlap: true,
      labelFlush: false,
      title: 'value',
      titlePadding: 6,
      ...(kind === 'exponential' && { format: `.${decimals}e` }),
      ...lines,
      ...labels,
      ...title,
    },
  ];
}

function bars({ counts }: VariableHistogram, colors: Colors): Mark {
  // Neighbours stay apart where they are wide enough.
  const gap = counts.length > 1 && counts.length <= WIDTH / 6 ? 1 : 0;
  return {
    type: 'rect',
    aria: false,
    from: { data: 'bins' },
    encode: {
      enter: {
        x: { scale: 'x', field: 'from', offset: gap / 2 },
        x2: { scale: 'x', field: 'to', offset: -gap / 2 },
        y: { scale: 'y', field: 'count' },
        y2: { scale: 'y', value: 0 },
        fill: { value: colors.bar },
      },
    },
  };
}

interface TextStyle {
  readonly size: number;
  readonly color: string;
  readonly align?: 'center';
  readonly weight?: 600;
}

const text = (value: string, x: number, y: number, { size, color, align, weight }: TextStyle): Mark => ({
  type: 'text',
  aria: false,
  encode: {
    enter: {
      text: { value },
      x: { value: x },
      y: { value: y },
      align: { value: align ?? 'left' },
      font: { value: FONT },
      fontSize: { value: size },
      ...(weight !== undefined && { fontWeight: { value: weight } }),
      fill: { value: color },
    },
  },
});

/** Three lines above a plot. */
function titleOf(variable: VariableHistogram, { ink, muted }: Colors): Mark[] {
  const facts = [printOrigin(variable), [...printCount(variable), ...printMoments(variable, 3)]];
  return [
    text(shorten(variable.name, TITLE_CHARACTERS), 0, -45, { size: 13, color: ink, weight: 600 }),
    ...facts.map((parts, line) =>
      text(shorten(parts.join(' · '), FACTS_CHARACTERS), 0, -28 + 15 * line, { size: 11, color: muted }),
    ),
  ];
}

/** One plot with its top left corner, without title and labels, at x, y. */
function plot(variable: VariableHistogram, x: number, y: number, colors: Colors, isTitled: boolean): GroupMark {
  const { edges, counts } = variable;
  const place = { x: { value: x }, y: { value: y }, width: { value: WIDTH }, height: { value: HEIGHT } };
  const title = isTitled ? titleOf(variable, colors) : [];
  if (edges.length === 0) {
    const note = text('no finite value', WIDTH / 2, HEIGHT / 2, { size: 12, color: colors.muted, align: 'center' });
    const frame = { stroke: { value: colors.grid }, strokeDash: { value: [4, 4] } };
    return { type: 'group', aria: false, encode: { enter: { ...place, ...frame } }, marks: [note, ...title] };
  }
  const domain = domainOf(variable);
  return {
    type: 'group',
    aria: false,
    encode: { enter: place },
    data: [{ name: 'bins', values: counts.map((count, i) => ({ from: edges[i], to: edges[i + 1], count })) }],
    scales: [
      { name: 'x', type: 'linear', domain, range: [0, WIDTH], zero: false },
      { name: 'y', type: 'linear', domain: [0, Math.max(...counts)], range: [HEIGHT, 0], nice: 4, zero: true },
    ],
    axes: axes(variable, domain, colors),
    marks: [bars(variable, colors), ...title],
  };
}

const figure = (width: number, height: number, colors: Colors, marks: Mark[]): Spec => ({
  width,
  height,
  padding: 0,
  autosize: 'none',
  background: colors.background,
  marks,
});

/** A plot alone; its name and facts stand beside it. */
export const singleFigure = (variable: VariableHistogram, colors: Colors): Spec =>
  figure(CELL_WIDTH, TOP + HEIGHT + BOTTOM, colors, [plot(variable, LEFT, TOP, colors, false)]);

/** Plots in two columns under a heading. Cells without a variable stay empty. */
export function gridFigure(cells: readonly (VariableHistogram | undefined)[], heading: string, colors: Colors): Spec {
  const cellHeight = TITLE + HEIGHT + BOTTOM;
  const columns = Math.min(cells.length, 2);
  const marks = cells.flatMap((variable, index): Mark[] => {
    if (!variable) return [];
    const x = MARGIN + (index % 2) * CELL_WIDTH + LEFT;
    const y = MARGIN + HEADING + Math.floor(index / 2) * cellHeight + TITLE;
    return [plot(variable, x, y, colors, true)];
  });
  const head = text(heading, MARGIN + LEFT, MARGIN + 14, { size: 12, color: colors.muted });
  const width = 2 * MARGIN + columns * CELL_WIDTH;
  const height = 2 * MARGIN + HEADING + Math.ceil(cells.length / 2) * cellHeight;
  return figure(width, height, colors, [head, ...marks]);
}
