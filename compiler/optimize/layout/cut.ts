interface Edge {
  readonly to: number;
  readonly back: number;
  left: number;
}

/** More than any cut that is looked for. */
export const NEVER = 2 ** 52;

/**
 * The cheapest two-way labelling of nodes, by a minimum cut (Dinic's algorithm): every cost is of two nodes of which
 * the first is labelled false and the second true. Costs are integers. Of equally cheap labellings it is the one with the fewest
 * true.
 */
export class MinimumCut {
  /** Always false. */
  readonly source = 0;
  /** Always true. */
  readonly sink = 1;
  private readonly edges: Edge[][] = [[], []];

  node(): number {
    return this.edges.push([]) - 1;
  }

  /** Charges `cost` when `a` is false and `b` is true. */
  charge(a: number, b: number, cost: number): void {
    if (cost <= 0 || a === b) return;
    this.edges[a]!.push({ to: b, back: this.edges[b]!.length, left: cost });
    this.edges[b]!.push({ to: a, back: this.edges[a]!.length - 1, left: 0 });
  }

  /** Whether each node is true. */
  solve(): readonly boolean[] {
    for (let levels = this.levels(); levels[this.sink]! >= 0; levels = this.levels()) {
      const next = new Array<number>(this.edges.length).fill(0);
      while (this.augment(levels, next) > 0);
    }
    // What still reaches the sink is true.
    return this.reachingSink();
  }

  private levels(): number[] {
    const levels = new Array<number>(this.edges.length).fill(-1);
    levels[this.source] = 0;
    const queue = [this.source];
    for (const at of queue) {
      for (const { to, left } of this.edges[at]!) {
        if (left <= 0 || levels[to]! >= 0) continue;
        levels[to] = levels[at]! + 1;
        queue.push(to);
      }
    }
    return levels;
  }

  /** Pushes flow along one shortest path from the source; gives how much. */
  private augment(levels: readonly number[], next: number[]): number {
    const path: Edge[] = [];
    let at = this.source;
    while (at !== this.sink) {
      const edges = this.edges[at]!;
      while (next[at]! < edges.length && !this.leads(edges[next[at]!]!, at, levels)) next[at]! += 1;
      const edge = edges[next[at]!];
      if (edge) {
        path.push(edge);
        at = edge.to;
      } else {
        const last = path.pop();
        if (!last) return 0;
        at = this.edges[last.to]![last.back]!.to;
        next[at]! += 1;
      }
    }
    const flow = Math.min(...path.map(({ left }) => left));
    for (const edge of path) {
      edge.left -= flow;
      this.edges[edge.to]![edge.back]!.left += flow;
    }
    return flow;
  }

  private leads({ to, left }: Edge, from: number, levels: readonly number[]): boolean {
    return left > 0 && levels[to] === levels[from]! + 1;
  }

  private reachingSink(): boolean[] {
    const reaches = new Array<boolean>(this.edges.length).fill(false);
    reaches[this.sink] = true;
    const queue = [this.sink];
    for (const at of queue) {
      for (const { to, back } of this.edges[at]!) {
        if (reaches[to] || this.edges[to]![back]!.left <= 0) continue;
        reaches[to] = true;
        queue.push(to);
      }
    }
    return reaches;
  }
}
