import { Graph, layout } from '@dagrejs/dagre';
import { placesOf, keyOf, type Part } from './blocks.js';

export const BOX_WIDTH = 208;
export const BOX_HEIGHT = 62;
const MARGIN = 16;

export interface Box {
  readonly key: string;
  readonly part: Part;
  /** Of the top left corner. */
  readonly x: number;
  readonly y: number;
}

export interface Line {
  readonly from: string;
  readonly to: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
  /** Indices of the edges that it stands for. */
  readonly edges: readonly number[];
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly lines: readonly Line[];
}

interface Edge {
  readonly from: number;
  readonly to: number;
}

/** Places parts in ranks from top to bottom (Sugiyama's method, as dagre has it), each below what it reads. */
export function layoutParts(visible: readonly Part[], edges: readonly Edge[], count: number): Layout {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'TB', nodesep: 28, ranksep: 42, marginx: MARGIN, marginy: MARGIN, ranker: 'tight-tree' });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const part of visible) graph.setNode(keyOf(part), { width: BOX_WIDTH, height: BOX_HEIGHT });
  const places = placesOf(visible, count);
  const lines = new Map<string, { from: string; to: string; edges: number[] }>();
  edges.forEach(({ from, to }, index) => {
    const [start, end] = [places[from]!, places[to]!];
    if (start === end) return;
    const key = `${start} ${end}`;
    const line = lines.get(key);
    if (line) line.edges.push(index);
    else {
      lines.set(key, { from: start, to: end, edges: [index] });
      graph.setEdge(start, end);
    }
  });
  layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return {
    width: Math.max(width, BOX_WIDTH + 2 * MARGIN),
    height: Math.max(height, BOX_HEIGHT + 2 * MARGIN),
    boxes: visible.map((part) => {
      const key = keyOf(part);
      const { x, y } = graph.node(key) as { x: number; y: number };
      return { key, part, x: x - BOX_WIDTH / 2, y: y - BOX_HEIGHT / 2 };
    }),
    lines: [...lines.values()].map(({ from, to, edges: members }) => {
      const { points } = graph.edge(from, to) as { points: { x: number; y: number }[] };
      return { from, to, edges: members, points };
    }),
  };
}

/** An SVG path through points, smooth where it bends: down, then over, then down. */
export function pathOf(points: Line['points']): string {
  const [first, ...rest] = points;
  if (!first) return '';
  let path = `M${round(first.x)},${round(first.y)}`;
  let last = first;
  for (const point of rest) {
    const middle = (last.y + point.y) / 2;
    path += `C${round(last.x)},${round(middle)} ${round(point.x)},${round(middle)} ${round(point.x)},${round(point.y)}`;
    last = point;
  }
  return path;
}

const round = (value: number): number => Math.round(value * 10) / 10;
