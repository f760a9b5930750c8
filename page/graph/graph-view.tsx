import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { TargetedKeyboardEvent, TargetedPointerEvent } from 'preact';
import type { ModelData } from '../../compiler/report/model/types.js';
import { blocksAround, keyOf, partsOf, visibleParts, type Part } from './blocks.js';
import { Edges } from './edges.js';
import { captionOf, sharingOf } from './facts.js';
import { layoutParts, type Box } from './layout.js';
import { neighbour, type Direction } from './neighbours.js';
import { NodeBox } from './node-box.js';
import { NodeDetails } from './node-details.js';

const LEAST_SCALE = 0.2;
const MOST_SCALE = 2;
const STEP = 1.25;

const arrows: Readonly<Record<string, Direction>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
};

const clamp = (scale: number): number => Math.min(MOST_SCALE, Math.max(LEAST_SCALE, scale));

/** The graph of a model with what is known of the node that is selected. */
export function GraphView({ model }: { readonly model: ModelData }) {
  const { nodes, edges } = model;
  const parts = useMemo(() => partsOf(nodes), [nodes]);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [selected, setSelected] = useState<number | undefined>();
  const [stop, setStop] = useState<string | undefined>();
  const [scale, setScale] = useState<number | undefined>();
  const frame = useRef<HTMLDivElement>(null);
  const wanted = useRef<string | undefined>(undefined);
  const sharing = useMemo(() => sharingOf(model), [model]);
  const visible = useMemo(() => visibleParts(parts, open), [parts, open]);
  const layout = useMemo(() => layoutParts(visible, edges, nodes.length), [visible, edges, nodes.length]);
  const tabStop = layout.boxes.some(({ key }) => key === stop) ? stop : layout.boxes[0]?.key;
  const shown = scale ?? 1;

  const fit = (): void => {
    const box = frame.current;
    if (!box) return;
    setScale(clamp(Math.min(1, (box.clientWidth - 4) / layout.width, (box.clientHeight - 4) / layout.height)));
  };
  useLayoutEffect(() => {
    const box = frame.current;
    if (box && scale === undefined) setScale(clamp(Math.min(1, Math.max(0.6, (box.clientWidth - 4) / layout.width))));
  }, [layout, scale]);

  const focusOn = (key: string): void => {
    frame.current?.querySelector<SVGGElement>(`[data-key="${CSS.escape(key)}"]`)?.focus();
  };
  useEffect(() => {
    const key = wanted.current;
    wanted.current = undefined;
    if (key !== undefined) focusOn(key);
  }, [layout]);

  const select = (key: string): void => {
    const part = layout.boxes.find((box) => box.key === key)?.part;
    if (!part) return;
    setStop(key);
    if (part.kind === 'node') {
      setSelected(part.index);
      return;
    }
    setOpen(new Set([...open, part.block.id]));
    const [first] = part.block.parts;
    if (first) {
      wanted.current = keyOf(first);
      setStop(keyOf(first));
    }
  };
  /** Shows a node, whatever blocks it is in. */
  const reveal = (index: number): void => {
    const around = blocksAround(parts, index).map(({ id }) => id);
    const key = keyOf({ kind: 'node', index });
    setSelected(index);
    setStop(key);
    if (around.every((id) => open.has(id))) focusOn(key);
    else {
      wanted.current = key;
      setOpen(new Set([...open, ...around]));
    }
  };
  const close = (id: string, first: Part): void => {
    const inner = new Set([...open].filter((other) => other !== id));
    wanted.current = keyOf(first);
    setStop(keyOf(first));
    setOpen(inner);
  };

  const onKeyDown = (event: TargetedKeyboardEvent<SVGSVGElement>): void => {
    const key = (event.target as Element).closest('[data-key]')?.getAttribute('data-key');
    const direction = arrows[event.key];
    if (event.key === 'Enter' || event.key === ' ') {
      if (key === null || key === undefined) return;
      event.preventDefault();
      select(key);
    } else if (direction && key !== null && key !== undefined) {
      event.preventDefault();
      const next = neighbour(layout, key, direction);
      if (next !== undefined) focusOn(next);
    } else if (event.key === '+' || event.key === '=') setScale(clamp(shown * STEP));
    else if (event.key === '-') setScale(clamp(shown / STEP));
    else if (event.key === '0') fit();
  };

  const related = relatedTo(selected, model, sharing.shared);
  return (
    <div class="graph-columns">
      <div class="graph-pane">
        <div class="toolbar" role="group" aria-label="Zoom">
          <button type="button" aria-label="Zoom out" onClick={() => setScale(clamp(shown / STEP))}>
            −
          </button>
          <output aria-label="Zoom">{Math.round(shown * 100)} %</output>
          <button type="button" aria-label="Zoom in" onClick={() => setScale(clamp(shown * STEP))}>
            +
          </button>
          <button type="button" onClick={fit}>
            Fit
          </button>
          {parts.some(({ kind }) => kind === 'block') && (
            <button type="button" disabled={open.size === 0} onClick={() => setOpen(new Set())}>
              Close all blocks
            </button>
          )}
        </div>
        <div class="graph-frame" ref={frame} {...useDragging(frame)}>
          <svg
            class="graph"
            role="group"
            aria-label="Graph of the model: arrow keys move along its edges, Enter shows a node or opens a block"
            width={layout.width * shown}
            height={layout.height * shown}
            viewBox={`0 0 ${layout.width} ${layout.height}`}
            onKeyDown={onKeyDown}
          >
            <Edges layout={layout} edges={edges} selected={selected === undefined ? undefined : `n${selected}`} />
            {layout.boxes.map((box) => (
              <NodeBox
                key={box.key}
                box={box}
                caption={captionOf(box.part, nodes, sharing)}
                isSelected={box.part.kind === 'node' && box.part.index === selected}
                isRelated={isIn(box, related)}
                isTabStop={box.key === tabStop}
                onSelect={select}
                onFocus={setStop}
              />
            ))}
          </svg>
        </div>
      </div>
      <NodeDetails
        model={model}
        sharing={sharing}
        index={selected}
        around={selected === undefined ? [] : blocksAround(parts, selected)}
        onReveal={reveal}
        onClose={(block) => close(block.id, { kind: 'block', block })}
      />
    </div>
  );
}

/** Nodes that share a variable with the one that is selected. */
function relatedTo(
  selected: number | undefined,
  { nodes }: ModelData,
  shared: ReadonlySet<string>,
): ReadonlySet<number> {
  const own = new Set(
    selected === undefined
      ? []
      : nodes[selected]?.slots.map(({ variable }) => variable).filter((name) => shared.has(name)),
  );
  return new Set(
    nodes.flatMap(({ slots }, index) =>
      index !== selected && slots.some(({ variable }) => own.has(variable)) ? [index] : [],
    ),
  );
}

function isIn({ part }: Box, indices: ReadonlySet<number>): boolean {
  if (part.kind === 'node') return indices.has(part.index);
  return [...indices].some((index) => index >= part.block.first && index < part.block.end);
}

/** Dragging the background with a mouse scrolls; touch scrolls by itself. */
function useDragging(frame: { readonly current: HTMLDivElement | null }) {
  const from = useRef<{ x: number; y: number } | undefined>(undefined);
  return {
    onPointerDown: (event: TargetedPointerEvent<HTMLDivElement>) => {
      const isNode = (event.target as Element).closest('[data-key]') !== null;
      if (event.pointerType !== 'mouse' || event.button !== 0 || isNode) return;
      from.current = { x: event.clientX, y: event.clientY };
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: TargetedPointerEvent<HTMLDivElement>) => {
      if (!from.current || !frame.current) return;
      frame.current.scrollLeft -= event.clientX - from.current.x;
      frame.current.scrollTop -= event.clientY - from.current.y;
      from.current = { x: event.clientX, y: event.clientY };
    },
    onPointerUp: () => (from.current = undefined),
    onPointerCancel: () => (from.current = undefined),
  };
}
