import type { Node } from '../../ir.js';
import { Assignment, isLess, type Cost } from './assignment.js';
import { cheapestPart } from './part.js';
import type { Need, Network, Placement } from './network.js';
import type { Execution } from './rule.js';
import { ruleOf } from './rules.js';
import { atomsOf, type Root } from './views.js';

/** Other ways to run some nodes. */
export type Proposal = ReadonlyMap<Node, Placement>;

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

  spread(): Proposal {
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

/** For each transpose: to run what reads it on what it transposes, or what comes before it so that it is not needed. */
function* proposals(current: Assignment): Generator<Proposal> {
  for (const { root, readers } of current.transposes()) {
    for (const [node, need] of readers) {
      const after = new Spreading(current);
      after.fromInput(node, need.index);
      yield after.spread();
    }
    const before = new Spreading(current);
    before.fromOutput(root, readers[0]![1].order);
    yield before.spread();
  }
}

/** A better assignment, if any of the proposals holds one. */
function improve(current: Assignment, cost: Cost): Assignment | undefined {
  for (const proposal of proposals(current)) {
    if (proposal.size === 0) continue;
    for (const part of [cheapestPart(current, proposal), proposal]) {
      const next = current.with(part);
      if (part.size > 0 && isLess(next.cost(), cost)) return next;
    }
  }
  return undefined;
}

/** The assignment to which no proposal is better, starting from the network as it is declared: never a dearer one. */
export function search(network: Network): Assignment {
  let best = Assignment.asDeclared(network);
  for (let next: Assignment | undefined = best; next; next = improve(best, best.cost())) best = next;
  return best;
}
