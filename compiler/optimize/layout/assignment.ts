import { valuesLeft, type Node } from '../../ir.js';
import type { Digit } from './digits.js';
import type { Need, Network, Placement, Reader } from './network.js';
import { atomsOf, type Atom, type Root, type View } from './views.js';

/** What an assignment comes to: bytes that are transposed, then transposes that part an op from the loop before it. */
export type Cost = readonly [moved: number, unfused: number];

export const isLess = (a: Cost, b: Cost): boolean => a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);

/** Other ways to run some nodes. */
export type Changes = ReadonlyMap<Node, Placement>;

/** Those that read a root in one order, in which it is not stored. */
type Transposed = readonly (readonly [node: Node | undefined, need: Need])[];

/** How each node of a network runs; with `changes`, how it would. */
export class Assignment {
  private readonly placements: Map<Node, Placement>;

  /** Every node as it stands. */
  constructor(readonly network: Network) {
    this.placements = new Map(network.nodes.map((node) => [node, network.place(node, undefined)!]));
  }

  apply(changes: Changes): void {
    for (const [node, placement] of changes) this.placements.set(node, placement);
  }

  placement(node: Node, changes?: Changes): Placement {
    return changes?.get(node) ?? this.placements.get(node)!;
  }

  private placementOf({ producer }: Root, changes?: Changes): Placement | undefined {
    const placement = producer && (changes?.get(producer) ?? this.placements.get(producer));
    return placement?.execution && placement;
  }

  /** The order in which a root is stored. */
  order(root: Root, changes?: Changes): readonly Digit[] {
    return this.placementOf(root, changes)?.order ?? this.network.view(root.value).axes.flat();
  }

  key(root: Root, changes?: Changes): string {
    return this.placementOf(root, changes)?.key ?? this.network.key(root);
  }

  /** The order in which a root is stored, in the atoms of a view of it. */
  atoms(view: View, changes?: Changes): Atom[] | undefined {
    return atomsOf(view, this.order(view.root, changes))?.flat();
  }

  needOf(node: Node | undefined, index: number, changes?: Changes): Need {
    if (!node) return this.network.need(valuesLeft(this.network.graph)[index]!, index);
    return this.placement(node, changes).needs.find((need) => need.index === index)!;
  }

  /** Whether a reader loads elements by their index, in whatever order they are stored. */
  takesAny({ node, view }: Reader, changes?: Changes): boolean {
    return node?.op.kind === 'compute' && this.atoms(view, changes) !== undefined;
  }

  /** The transposes of a root. */
  transposes(root: Root, changes?: Changes): readonly Transposed[] {
    const stored = this.key(root, changes);
    const byKey = new Map<string, (readonly [Node | undefined, Need])[]>();
    for (const reader of this.network.readers.get(root)!) {
      if (this.takesAny(reader, changes)) continue;
      const { node, index } = reader;
      const need = this.needOf(node, index, changes);
      if (need.key === stored) continue;
      const readers = byKey.get(need.key);
      if (readers) readers.push([node, need]);
      else byKey.set(need.key, [[node, need]]);
    }
    return [...byKey.values()];
  }

  /** What the transposes of some roots come to, and what some nodes cost besides. */
  cost(roots: Iterable<Root>, nodes: Iterable<Node>, changes?: Changes): Cost {
    let [moved, unfused] = [0, 0];
    for (const root of roots) {
      for (const readers of this.transposes(root, changes)) {
        moved += root.bytes;
        if (readers.some(([node]) => this.network.fuses(root, node))) unfused += root.bytes;
      }
    }
    for (const node of nodes) moved += this.placement(node, changes).extra;
    return [moved, unfused];
  }
}
