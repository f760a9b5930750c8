import type { Node } from '../../ir.js';
import { Assignment, isLess, type Changes } from './assignment.js';
import { cheapestPart } from './part.js';
import type { Need, Network, Placement } from './network.js';
import type { Execution } from './rule.js';
import { ruleOf } from './rules.js';
import { atomsOf, type Root } from './views.js';

/**
 * Carries a change of one node's order to every node around it that can follow, through what reads it and what it
 * reads; the first that reaches a node decides how it would run.
 */
class Spreading {
  readonly proposal = new Map<Node, Placement>();
  private readonly queue: Node[] = [];

  constructor(private readonly current: Assignment) {}

  /** Lets a node run with an input as that is stored. */
  fromInput(node: Node | undefined, index: number): void {
    if (!node || this.proposal.has(node)) return;
    const view = this.current.network.view(node.inputs[index]!);
    const atoms = this.current.atoms(view, this.proposal);
    this.propose(node, atoms && ruleOf(node)?.fromInput(node, index, atoms));
  }

  /** Lets the producer of a root give it as it is needed. */
  fromOutput({ producer, value }: Root, order: Need['order']): void {
    if (!producer || this.proposal.has(producer)) return;
    const { network } = this.current;
    const atoms = atomsOf(network.view(value), order)?.flat();
    const atHand = (index: number) => this.current.atoms(network.view(producer.inputs[index]!), this.proposal);
    this.propose(producer, atoms && ruleOf(producer)?.fromOutput(producer, atoms, atHand));
  }

  private propose(node: Node, execution: Execution | undefined): void {
    const placement = execution && this.current.network.place(node, execution);
    const now = this.current.placement(node);
    if (!placement) return;
    const isSame =
      placement.key === now.key &&
      placement.needs.every(({ key, index }) => key === this.current.needOf(node, index).key);
    if (isSame) return;
    this.proposal.set(node, placement);
    this.queue.push(node);
  }

  spread(): Changes {
    for (const node of this.queue) {
      const next = this.proposal.get(node)!;
      const { root } = this.current.network.view(node.outputs[0]!);
      if (next.key !== this.current.key(root)) {
        for (const reader of this.current.network.readers.get(root)!) this.fromInput(reader.node, reader.index);
      }
      for (const need of next.needs) {
        if (need.key !== this.current.needOf(node, need.index).key) this.fromOutput(need.root, need.order);
      }
    }
    return this.proposal;
  }
}

/**
 * Two ways to be rid of a transpose: what reads it runs on what it transposes, or what comes before it gives what it
 * makes.
 */
function* proposals(current: Assignment, root: Root): Generator<Changes> {
  for (const readers of current.transposes(root)) {
    const after = new Spreading(current);
    for (const [node, need] of readers) after.fromInput(node, need.index);
    yield after.spread();
    const before = new Spreading(current);
    before.fromOutput(root, readers[0]![1].order);
    yield before.spread();
  }
}

/** Makes the transposes around a root cheaper, if one of the proposals does. */
function improve(current: Assignment, root: Root): boolean {
  for (const proposal of proposals(current, root)) {
    const roots = touchedBy(proposal, current.network);
    const now = current.cost(roots, proposal.keys());
    for (const changes of [cheapestPart(current, proposal, roots), proposal]) {
      if (!isLess(current.cost(roots, proposal.keys(), changes), now)) continue;
      current.apply(changes);
      return true;
    }
  }
  return false;
}

/** The live roots that nodes read and give. */
const touchedBy = (nodes: Changes, network: Network): ReadonlySet<Root> =>
  new Set(
    [...nodes.keys()].flatMap(({ inputs, outputs }) =>
      [...inputs, ...outputs].map((value) => network.view(value).root).filter(({ live }) => live),
    ),
  );

/** The assignment to which no proposal is better, starting from the network as it is declared: never a dearer one. */
export function search(network: Network): Assignment {
  const assignment = new Assignment(network);
  const roots = [...network.readers.keys()].filter(({ live }) => live);
  const sweep = (): boolean => roots.map((root) => improve(assignment, root)).includes(true);
  while (sweep());
  return assignment;
}
