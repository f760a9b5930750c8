import { shorten } from '../text.js';
import { BOX_HEIGHT, BOX_WIDTH, type Box } from './layout.js';
import type { Caption } from './facts.js';

const TITLE_CHARACTERS = 25;
const LINE_CHARACTERS = 32;

interface Props {
  readonly box: Box;
  readonly caption: Caption;
  readonly isSelected: boolean;
  /** It shares a variable with the node that is selected. */
  readonly isRelated: boolean;
  readonly isTabStop: boolean;
  readonly onSelect: (key: string) => void;
  readonly onFocus: (key: string) => void;
}

/** A node or a block, drawn. */
export function NodeBox({ box, caption, isSelected, isRelated, isTabStop, onSelect, onFocus }: Props) {
  const { title, kind, shape, parameters, isShared, role, label } = caption;
  const classes = ['node', role, ...(parameters === '' ? [] : ['weighted']), ...(isRelated ? ['related'] : [])];
  return (
    <g
      class={classes.join(' ')}
      transform={`translate(${box.x},${box.y})`}
      role="button"
      tabindex={isTabStop ? 0 : -1}
      aria-description={label}
      {...(role === 'block' ? { 'aria-expanded': false } : { 'aria-pressed': isSelected })}
      data-key={box.key}
      onClick={() => onSelect(box.key)}
      onFocus={() => onFocus(box.key)}
    >
      {role === 'block' && <rect class="behind" x={4} y={4} width={BOX_WIDTH} height={BOX_HEIGHT} rx={7} />}
      <rect class="box" width={BOX_WIDTH} height={BOX_HEIGHT} rx={7}>
        {title.length > TITLE_CHARACTERS && <title>{title}</title>}
      </rect>
      <rect class="stripe" x={0} y={10} width={3} height={BOX_HEIGHT - 20} rx={1.5} />
      <text class="title" x={12} y={20}>
        {shorten(title, TITLE_CHARACTERS)}
      </text>
      <text x={12} y={37}>
        {shorten(kind, parameters === '' ? LINE_CHARACTERS : LINE_CHARACTERS - parameters.length - 2)}
      </text>
      <text x={12} y={53}>
        {shorten(shape, LINE_CHARACTERS)}
      </text>
      {parameters !== '' && (
        <text class="count" x={BOX_WIDTH - 10} y={37}>
          {parameters}
        </text>
      )}
      {isShared && (
        <text class="shared" x={BOX_WIDTH - 10} y={20}>
          shared
        </text>
      )}
      {role === 'block' && (
        <text class="count" x={BOX_WIDTH - 10} y={20}>
          +
        </text>
      )}
    </g>
  );
}
