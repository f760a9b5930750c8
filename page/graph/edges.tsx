import type { EdgeData } from '../../compiler/report/model/types.js';
import { typeText } from '../text.js';
import { pathOf, type Layout, type Line } from './layout.js';

/** As many edges as have their shapes beside them; of more, those of the node that is selected. */
const MOST_LABELS = 60;

interface Props {
  readonly layout: Layout;
  readonly edges: readonly EdgeData[];
  /** The key of a box. */
  readonly selected: string | undefined;
}

const shapesOf = ({ edges }: Line, all: readonly EdgeData[]): string =>
  [...new Set(edges.map((index) => typeText(all[index]!)))].join(' ');

/** Where the shape stands: between the first two points. */
function Label({ line, text }: { readonly line: Line; readonly text: string }) {
  const [a, b] = line.points;
  if (!a || !b) return null;
  return (
    <text class="edge-label" x={(a.x + b.x) / 2 + 6} y={(a.y + b.y) / 2 + 4}>
      {text}
    </text>
  );
}

/** The edges, with the shapes of what flows along them. */
export function Edges({ layout, edges, selected }: Props) {
  const isNear = ({ from, to }: Line): boolean => from === selected || to === selected;
  const said = new Set<string>();
  return (
    <g aria-hidden="true">
      {layout.lines.map((line) => (
        <path key={`${line.from} ${line.to}`} class={isNear(line) ? 'edge near' : 'edge'} d={pathOf(line.points)}>
          <title>{shapesOf(line, edges)}</title>
        </path>
      ))}
      {layout.lines.map((line) => {
        const text = shapesOf(line, edges);
        const key = `${line.from} ${text}`;
        if ((layout.lines.length > MOST_LABELS && !isNear(line)) || said.has(key)) return null;
        said.add(key);
        return <Label key={`${line.from} ${line.to}`} line={line} text={text} />;
      })}
    </g>
  );
}
