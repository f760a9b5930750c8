import type { Assignment, Changes } from './assignment.js';
import { MinimumCut, NEVER } from './cut.js';
import type { Root } from './views.js';

/** A transpose counts for more than any number of loops it keeps apart. */
const MOVED = 1024;

/** A reader of a root: the node of the cut that says whether it takes the proposal, and what it needs either way. */
interface Party {
  readonly at: number;
  readonly keys: readonly [now: string, proposed: string];
}

/**
 * The nodes of a proposal that are best changed while the others stay as they are, by a minimum cut.
 * @param roots those that the nodes read and give
 */
export function cheapestPart(current: Assignment, proposal: Changes, roots: Iterable<Root>): Changes {
  const cut = new MinimumCut();
  const nodes = new Map([...proposal.keys()].map((node) => [node, cut.node()]));
  for (const [node, placement] of proposal) {
    chargeOne(cut, nodes.get(node)!, Math.round((placement.extra - current.placement(node).extra) * MOVED));
  }
  for (const root of roots) {
    const proposed = root.producer && proposal.get(root.producer);
    const now = current.key(root);
    const producer: Party = {
      at: (root.producer && nodes.get(root.producer)) ?? cut.source,
      keys: [now, proposed?.key ?? now],
    };
    const counted = current.network.readers.get(root)!.filter((reader) => !current.takesAny(reader));
    const readers = counted.map(({ node, index }): Party & { parted: boolean } => {
      const key = current.needOf(node, index).key;
      const next = node && proposal.get(node)?.needs.find((need) => need.index === index)?.key;
      const at = (node && nodes.get(node)) ?? cut.source;
      return { at, keys: [key, next ?? key], parted: current.network.fuses(root, node) };
    });
    chargeTransposes(cut, producer, readers, root.bytes * MOVED);
    for (const reader of readers) if (reader.parted) chargePair(cut, producer, reader, root.bytes);
  }
  const isChanged = cut.solve();
  return new Map([...proposal].filter(([node]) => isChanged[nodes.get(node)!]));
}

/** `cost` once for each order that any reader needs and the producer does not give. */
function chargeTransposes(cut: MinimumCut, producer: Party, readers: readonly Party[], cost: number): void {
  for (const key of new Set(readers.flatMap(({ keys }) => keys))) {
    const [givenNow, givenThen] = producer.keys.map((given) => given === key);
    const needing = (now: boolean, then: boolean): Party[] =>
      readers.filter(({ keys }) => (keys[0] === key) === now && (keys[1] === key) === then);
    if (givenNow && givenThen) continue;
    if (needing(true, true).length > 0) {
      if (givenNow) cut.charge(cut.source, producer.at, cost);
      if (givenThen) cut.charge(producer.at, cut.sink, cost);
      continue;
    }
    // A need that would come while the producer stops to meet it, or go while it starts to, is no cost of a cut.
    if (!givenNow) chargeAny(cut, givenThen ? producer.at : cut.source, needing(false, true), cost);
    if (!givenThen) chargeAnyLeft(cut, givenNow ? producer.at : cut.sink, needing(true, false), cost);
  }
}

/** `cost` if `giver` is false and any of the readers is true. */
function chargeAny(cut: MinimumCut, giver: number, readers: readonly Party[], cost: number): void {
  if (readers.length === 0) return;
  const any = cut.node();
  cut.charge(giver, any, cost);
  for (const { at } of readers) cut.charge(any, at, NEVER);
}

/** `cost` if `giver` is true and any of the readers is false. */
function chargeAnyLeft(cut: MinimumCut, giver: number, readers: readonly Party[], cost: number): void {
  if (readers.length === 0) return;
  const all = cut.node();
  cut.charge(all, giver, cost);
  for (const { at } of readers) cut.charge(at, all, NEVER);
}

/** `cost` where a reader needs another order than the producer gives, as far as a cut can tell. */
function chargePair(cut: MinimumCut, producer: Party, reader: Party, cost: number): void {
  const differ = (p: 0 | 1, r: 0 | 1): number => (producer.keys[p] === reader.keys[r] ? 0 : cost);
  const joint = differ(0, 1) + differ(1, 0) - differ(0, 0) - differ(1, 1);
  if (joint < 0) return;
  chargeOne(cut, producer.at, differ(1, 0) - differ(0, 0));
  chargeOne(cut, reader.at, differ(1, 1) - differ(1, 0));
  cut.charge(producer.at, reader.at, joint);
}

/** `cost` where a node is true; a negative one where it is false. */
function chargeOne(cut: MinimumCut, at: number, cost: number): void {
  cut.charge(cut.source, at, cost);
  cut.charge(at, cut.sink, -cost);
}
