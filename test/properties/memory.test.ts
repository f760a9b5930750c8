import test from 'ava';
import { parseDeclaration } from '../../compiler/declaration.js';
import { valueOf, type Dim } from '../../compiler/dim.js';
import type { TensorGraph } from '../../compiler/ir.js';
import { lower } from '../../compiler/lower/index.js';
import { optimize } from '../../compiler/optimize/index.js';
import { plan } from '../../compiler/plan/index.js';
import type { BufferId, KernelPlan, Step } from '../../compiler/plan/types.js';
import { acceptsSizes, sizesOf, type Inputs, type Sizes } from '../graphs/calls.js';
import { Draw } from '../graphs/draw.js';
import { randomGraph } from '../graphs/random.js';

const SEEDS = 200;
const SUBSTITUTIONS = 4;

/** The sizes of a graph's own inputs, and others that its constraints accept, up to thousands. */
function substitutions(graph: TensorGraph, inputs: Inputs, seed: number): Sizes[] {
  const draw = new Draw(seed + 2_000_000);
  const own = sizesOf(graph, inputs);
  const found = [own];
  if (own.size === 0) return found;
  for (let attempt = 0; attempt < 50 && found.length < SUBSTITUTIONS; attempt++) {
    const scale = draw.pick([1, 10, 1000]);
    const by = new Map([...own].map(([, size]) => [size, draw.integer(1, 8) * scale + draw.integer(0, 3)]));
    const sizes = new Map([...own].map(([name, size]) => [name, draw.chance(0.8) ? by.get(size)! : size]));
    if (acceptsSizes(graph, sizes)) found.push(sizes);
  }
  return found;
}

interface Region {
  readonly id: BufferId;
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Whether it must keep its content between calls. */
  readonly lasting: boolean;
  readonly stage: string;
  readonly first: number;
  readonly last: number;
}

const buffersOf = (step: Step): readonly BufferId[] =>
  step.kind !== 'call'
    ? [step.output, ...step.operands.map(({ buffer }) => buffer)]
    : step.args.flatMap((arg) => (arg.kind === 'address' ? [arg.buffer] : []));

const align = (bytes: number): number => Math.ceil(bytes / 16) * 16;

/** The buffers that steps or the host touch, and when, as seen from the plan alone. */
function regionsOf(kernels: KernelPlan, size: (dim: Dim) => number): Region[] {
  const stages = [
    ['prepare', kernels.prepare],
    ['forward', kernels.forward],
  ] as const;
  const lasting = new Set<BufferId>(
    [kernels.inputs, kernels.outputs, kernels.variables, kernels.constants].flatMap((list) =>
      list.map(({ buffer }) => buffer),
    ),
  );
  const prepared = new Set(kernels.prepare.flatMap(buffersOf));
  for (const id of kernels.forward.flatMap(buffersOf)) if (prepared.has(id)) lasting.add(id);
  return kernels.buffers.flatMap(({ name, bytes, address }, id): Region[] => {
    const from = size(address);
    const place = { id, name, from, to: from + align(size(bytes)) };
    if (lasting.has(id)) return [{ ...place, lasting: true, stage: '', first: 0, last: 0 }];
    return stages.flatMap(([stage, steps]): Region[] => {
      const used = steps.flatMap((step, index) => (buffersOf(step).includes(id) ? [index] : []));
      return used.length === 0 ? [] : [{ ...place, lasting: false, stage, first: used[0]!, last: used.at(-1)! }];
    });
  });
}

const alive = (a: Region, b: Region): boolean =>
  a.lasting || b.lasting || (a.stage === b.stage && a.first <= b.last && b.first <= a.last);

const disjoint = (a: Pick<Region, 'from' | 'to'>, b: Pick<Region, 'from' | 'to'>): boolean =>
  a.to <= b.from || b.to <= a.from || a.from === a.to || b.from === b.to;

/** Whether a buffer is a part of another one, or of a part of it. */
function isWithin(kernels: KernelPlan, part: BufferId, whole: BufferId): boolean {
  const { within } = kernels.buffers[part]!;
  return within !== null && (within === whole || isWithin(kernels, within, whole));
}

/** Whether two buffers may overlap: a part of another one stands inside it, and what takes the place of all of it is used after it. */
function isShared(kernels: KernelPlan, part: Region, whole: Region): boolean {
  if (!isWithin(kernels, part.id, whole.id) || part.from < whole.from || part.to > whole.to) return false;
  return part.to - part.from < whole.to - whole.from || whole.lasting || part.last <= whole.first;
}

/** Whether two buffers only read the same one, which was there before them. */
const isRead = ({ buffers }: KernelPlan, a: Region, b: Region, regions: readonly Region[]): boolean => {
  const [whole, other] = [a, b].map(({ id }) => buffers[id]!.within);
  const before = regions.find(({ id }) => id === whole);
  return before !== undefined && whole === other && (before.lasting || before.first < Math.min(a.first, b.first));
};

/** What is wrong with the memory of a plan for these sizes. */
function faults(kernels: KernelPlan, sizes: Sizes): string[] {
  const { memory } = kernels;
  const values = new Map(sizes);
  const size = (dim: Dim): number => valueOf(dim, values)!;
  for (const { name, dim } of memory.definitions) values.set(name, size(dim));
  const end = size(memory.end);
  const found: string[] = [];
  const require = (holds: boolean, what: string): void => {
    if (!holds) found.push(what);
  };
  const regions = regionsOf(kernels, size);
  regions.forEach((region, index) => {
    const { name, from, to } = region;
    require(from % 16 === 0, `${name} at ${from} is not aligned`);
    require(from >= memory.tableAddress + memory.table.bytes, `${name} at ${from} stands in the table`);
    require(to + 12 <= end, `${name} ends at ${to}, memory at ${end}`);
    for (const other of regions.slice(index + 1)) {
      const isApart = !alive(region, other) || disjoint(region, other);
      const isOne =
        isShared(kernels, region, other) || isShared(kernels, other, region) || isRead(kernels, region, other, regions);
      require(isApart || isOne, `${name} and ${other.name} overlap`);
    }
  });
  const packed = kernels.variables.filter(({ packing }) => packing !== null);
  const from = size(memory.scratch);
  const scratch = { from, to: from + Math.max(0, ...packed.map(({ count }) => 4 * size(count))) };
  require(scratch.to <= end, 'scratch does not fit');
  for (const region of regions) {
    require(!region.lasting || disjoint(region, scratch), `${region.name} overlaps scratch`);
  }
  for (const step of [...kernels.prepare, ...kernels.forward]) {
    if (step.kind !== 'loop') continue;
    const counts = step.sizes.map(size);
    require(4 * counts.reduce((all, count) => all * count, 1) <=
      size(kernels.buffers[step.output]!.bytes), `${step.origin} writes past its output`);
    for (const { buffer, strides } of step.operands) {
      const last = strides.reduce<number>((sum, stride, axis) => sum + size(stride) * (counts[axis]! - 1), 0);
      require(4 * (last + 1) <= size(kernels.buffers[buffer]!.bytes), `${step.origin} reads past ${buffer}`);
    }
  }
  return found;
}

for (const [title, stage] of [
  ['optimized', optimize],
  ['unoptimized', (graph: TensorGraph) => graph],
] as const) {
  test(`buffers in use never overlap and stand inside memory, ${title}`, (t) => {
    let symbolic = 0;
    for (let seed = 0; seed < SEEDS; seed++) {
      const { declaration, inputs } = randomGraph(seed);
      const graph = lower(parseDeclaration(declaration));
      const kernels = plan(stage(graph));
      for (const sizes of substitutions(graph, inputs, seed)) {
        if (sizes.size > 0) symbolic++;
        t.deepEqual(faults(kernels, sizes), [], `graph ${seed} with ${JSON.stringify([...sizes])}`);
      }
    }
    t.true(symbolic > SEEDS, `${symbolic} substitutions`);
  });
}
