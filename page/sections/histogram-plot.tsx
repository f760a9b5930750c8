import type { Histogram } from '../../compiler/report/histogram.js';
import { figure, numberStyle } from '../../compiler/report/numbers.js';
import { domainOf, plotArea, tickStep } from '../../compiler/report/scale.js';
import { thousands } from '../text.js';

const { width, height, left, right, top, bottom } = plotArea;
const COUNT_TICKS = 4;

/** `1,200`, `20k`, `3M` */
function countTick(count: number): string {
  if (count < 1e5) return thousands(count);
  return count < 1e6 ? `${Number((count / 1e3).toPrecision(3))}k` : `${Number((count / 1e6).toPrecision(3))}M`;
}

/** Round numbers of a range, as an axis shows them. */
function ticksOf([from, to]: readonly [number, number]): { readonly at: number; readonly text: string }[] {
  const step = tickStep(to - from);
  const { kind, decimals } = numberStyle(Math.max(Math.abs(from), Math.abs(to)), step);
  const ticks: { at: number; text: string }[] = [];
  for (let index = Math.ceil(from / step); index * step <= to; index++) {
    const at = index * step + 0;
    ticks.push({ at, text: kind === 'fixed' ? at.toFixed(decimals) : at === 0 ? '0' : at.toExponential(decimals) });
  }
  return ticks;
}

interface Props {
  readonly histogram: Histogram;
  /** Of what. */
  readonly name: string;
}

/** A histogram, drawn as the figures of `nacre histogram` are. */
export function HistogramPlot({ histogram, name }: Props) {
  const { edges, counts, min, max } = histogram;
  const label = `Histogram of ${name}`;
  const box = { viewBox: `0 0 ${left + width + right} ${top + height + bottom}`, role: 'img' as const };
  if (edges.length === 0) {
    return (
      <svg class="plot" {...box} aria-label={`${label}: no finite value`}>
        <rect class="missing" x={left} y={top} {...{ width, height }} />
        <text class="centre" x={left + width / 2} y={top + height / 2}>
          no finite value
        </text>
      </svg>
    );
  }
  const domain = domainOf({ min, max });
  const most = Math.max(...counts);
  const step = Math.max(1, tickStep(most, COUNT_TICKS));
  const ceiling = Math.ceil(most / step) * step;
  const x = (value: number): number => left + ((value - domain[0]) / (domain[1] - domain[0])) * width;
  const y = (count: number): number => top + height - (count / ceiling) * height;
  const gap = counts.length > 1 && counts.length <= width / 6 ? 1 : 0;
  const levels = Array.from({ length: Math.round(ceiling / step) + 1 }, (_, index) => index * step);
  return (
    <svg class="plot" {...box} aria-label={label}>
      {levels.map((count) => (
        <g key={count}>
          <line class="grid" x1={left} x2={left + width} y1={y(count)} y2={y(count)} />
          <text class="end" x={left - 6} y={y(count) + 4}>
            {countTick(count)}
          </text>
        </g>
      ))}
      {counts.map((count, index) => (
        <rect
          key={index}
          class="bar"
          x={x(edges[index]!) + gap / 2}
          width={Math.max(0.5, x(edges[index + 1]!) - x(edges[index]!) - gap)}
          y={y(count)}
          height={y(0) - y(count)}
        >
          <title>{`${figure(edges[index]!)} … ${figure(edges[index + 1]!)}: ${thousands(count)}`}</title>
        </rect>
      ))}
      <line class="axis" x1={left} x2={left + width} y1={y(0)} y2={y(0)} />
      {ticksOf(domain).map(({ at, text }) => (
        <g key={at}>
          <line class="axis" x1={x(at)} x2={x(at)} y1={y(0)} y2={y(0) + 4} />
          <text class="centre" x={x(at)} y={y(0) + 17}>
            {text}
          </text>
        </g>
      ))}
      <text class="centre" x={left + width / 2} y={top + height + 40}>
        value
      </text>
      <text class="centre" transform={`translate(14,${top + height / 2}) rotate(-90)`}>
        count
      </text>
    </svg>
  );
}
