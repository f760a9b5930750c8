/** Long graphs as blocks of consecutive nodes, so that what is drawn at once stays few. */

/** A node that is drawn, or consecutive nodes that are drawn as one. */
export type Part =
  { readonly kind: 'node'; readonly index: number } | { readonly kind: 'block'; readonly block: Block };

export interface Block {
  readonly id: string;
  readonly label: string;
  /** Indices of its nodes: from `first` to before `end`. */
  readonly first: number;
  readonly end: number;
  readonly parts: readonly Part[];
}

/** As many layers as are drawn without blocks: placing 120 of them takes about 0.1 s. */
export const MOST_PARTS = 120;

interface Named {
  readonly role: 'input' | 'layer' | 'output';
  readonly name: string;
}

const segments = (name: string): string[] => name.split(/[/.]/).filter((segment) => segment !== '');

/**
 * Nodes and blocks, in order. Consecutive nodes whose names begin alike make a block (`encoder/layer.0`); where names tell
 * nothing, as many consecutive nodes as leave few blocks. Blocks are of consecutive nodes, so that where every node stands
 * below what it reads, every block does.
 */
export function partsOf(nodes: readonly Named[], most = MOST_PARTS): readonly Part[] {
  const layers: number[] = [];
  const before: Part[] = [];
  const after: Part[] = [];
  nodes.forEach(({ role }, index) => {
    if (role === 'layer') layers.push(index);
    else (role === 'input' ? before : after).push({ kind: 'node', index });
  });
  return [...before, ...divide(nodes, layers, 0, most), ...after];
}

function divide(nodes: readonly Named[], indices: readonly number[], depth: number, most: number): readonly Part[] {
  if (indices.length <= most) return indices.map((index) => ({ kind: 'node', index }));
  for (let at = depth; ; at++) {
    const paths = indices.map((index) => segments(nodes[index]!.name));
    if (paths.every((path) => path.length <= at + 1)) break;
    const runs = runsOf(indices, (_, position) => paths[position]!.slice(0, at + 1).join('/'));
    if (runs.length === 1) continue;
    if (runs.length > most) break;
    return runs.map(({ key, members }) => blockOf(nodes, key, members, at + 1, most));
  }
  const size = Math.max(2, Math.ceil(indices.length / Math.ceil(Math.min(most, Math.sqrt(indices.length)))));
  const runs = runsOf(indices, (_, position) => String(Math.floor(position / size)));
  return runs.map(({ members }) => blockOf(nodes, undefined, members, Infinity, most));
}

interface Run {
  readonly key: string;
  readonly members: number[];
}

function runsOf(indices: readonly number[], keyOf: (index: number, position: number) => string): Run[] {
  const runs: Run[] = [];
  indices.forEach((index, position) => {
    const key = keyOf(index, position);
    const last = runs.at(-1);
    if (last?.key === key) last.members.push(index);
    else runs.push({ key, members: [index] });
  });
  return runs;
}

function blockOf(
  nodes: readonly Named[],
  name: string | undefined,
  members: readonly number[],
  depth: number,
  most: number,
): Part {
  const [first, last] = [members[0]!, members.at(-1)!];
  if (first === last) return { kind: 'node', index: first };
  const label = name ?? `${nodes[first]!.name} … ${nodes[last]!.name}`;
  const parts = divide(nodes, members, depth, most);
  return { kind: 'block', block: { id: `${first}-${last}`, label, first, end: last + 1, parts } };
}

/** The parts that are drawn where the blocks named are open. */
export const visibleParts = (parts: readonly Part[], open: ReadonlySet<string>): readonly Part[] =>
  parts.flatMap((part) =>
    part.kind === 'block' && open.has(part.block.id) ? visibleParts(part.block.parts, open) : [part],
  );

/** The blocks around a node, the outermost first. */
export function blocksAround(parts: readonly Part[], index: number): readonly Block[] {
  for (const part of parts) {
    if (part.kind === 'node' || index < part.block.first || index >= part.block.end) continue;
    return [part.block, ...blocksAround(part.block.parts, index)];
  }
  return [];
}

/** The key of a part among those that are drawn. */
export const keyOf = (part: Part): string => (part.kind === 'node' ? `n${part.index}` : `b${part.block.id}`);

/** The part that each node is drawn in, by its index. */
export function placesOf(visible: readonly Part[], count: number): readonly string[] {
  const places = new Array<string>(count).fill('');
  for (const part of visible) {
    const [first, end] = part.kind === 'node' ? [part.index, part.index + 1] : [part.block.first, part.block.end];
    places.fill(keyOf(part), first, end);
  }
  return places;
}
