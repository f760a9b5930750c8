import type { Node } from '../../ir.js';
import type { Digit } from './digits.js';
import type { Need, Network, Placement } from './network.js';
import { atomsOf, type Atom, type Root, type View } from './views.js';

/** What an assignment comes to: bytes that are transposed, then transposes that part an op from the loop before it. */
export type Cost = readonly [moved: number, unfused: number];

export const isLess = (a: Cost, b: Cost): boolean => a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);

/** How each node of a network runs. */
export class Assignment {
  private constructor(
    readonly network: Network,
    private readonly placements: ReadonlyMap<Node, Placement>,
  ) {}

  /** Every node as it stands. */
  static asDeclared(network: Network): Assignment {
    return new Assignment(network, new Map(network.nodes.map((node) => [node, network.place(node, undefined)!])));
  }

  with(changed: ReadonlyMap<Node, Placement>): Assignment {
    return new Assignment(this.network, new Map([...this.placements, ...changed]));
  }

  placement(node: Node): Placement {
    return this.placements.get(node)!;
  }

  /** The order in which a root is stored, after changes. */
  order(root: Root, changes?: ReadonlyMap<Node, Placement>): readonly Digit[] {
    const { producer } = root;
    const placement = producer && (changes?.get(producer) ?? this.placements.get(producer));
    return placement?.execution ? placement.order : this.network.view(root.value).axes.flat();
  }

  /** The order in which a root is stored, in the atoms of a view of it. */
  atoms(view: View, changes?: ReadonlyMap<Node, Placement>): Atom[] | undefined {
    return atomsOf(view, this.order(view.root, changes))?.flat();
  }

  key(root: Root): string {
    const placement = root.producer && this.placements.get(root.producer);
    return placement?.execution ? placement.key : this.network.key(root);
  }

  /** Who reads each live root in an order that it is not stored in. */
  transposes(): readonly { readonly root: Root; readonly readers: readonly (readonly [Node | undefined, Need])[] }[] {
    return [...this.network.readers].flatMap(([root, readers]) => {
      if (!root.live) return [];
      const stored = this.key(root);
      const byKey = new Map<string, (readonly [Node | undefined, Need])[]>();
      for (const { node, index } of readers) {
        const need = this.needOf(node, index);
        if (need.key === stored) continue;
        byKey.set(need.key, [...(byKey.get(need.key) ?? []), [node, need]]);
      }
      return [...byKey.values()].map((parted) => ({ root, readers: parted }));
    });
  }

  needOf(node: Node | undefined, index: number): Need {
    if (!node) return this.network.need(this.network.graph.outputs[index]!.value, index);
    return this.placement(node).needs.find((need) => need.index === index)!;
  }

  cost(): Cost {
    let [moved, unfused] = [0, 0];
    for (const { root, readers } of this.transposes()) {
      moved += root.bytes;
      unfused += root.bytes * readers.filter(([node]) => node?.op.kind === 'elementwise').length;
    }
    for (const { extra } of this.placements.values()) moved += extra;
    return [moved, unfused];
  }
}
