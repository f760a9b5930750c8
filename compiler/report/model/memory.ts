import { valueOf, type Dim } from '../../dim.js';
import { buffersOf } from '../../plan/planner.js';
import type { BufferId, KernelPlan } from '../../plan/types.js';
import type { BufferData, MemoryData } from './types.js';

const regionNames = ['constants', 'parameters', 'states', 'inputs and outputs', 'arena'] as const;
type RegionName = (typeof regionNames)[number];

/** The bytes of a plan for the sizes that kernels are chosen for, and when each buffer of the arena is in use. */
export function memoryData(plan: KernelPlan): MemoryData {
  const { memory, buffers } = plan;
  const sizes = new Map(plan.symbols.map(({ name, typical }) => [name, typical]));
  const at = Object.fromEntries(sizes);
  const sizeOf = (dim: Dim): number => valueOf(dim, sizes) ?? 0;
  for (const { name, dim } of plan.bounded) sizes.set(name, sizeOf(dim));
  for (const { name, dim } of memory.definitions) sizes.set(name, sizeOf(dim));
  const scratch = sizeOf(memory.scratch);
  const parameterEnd = sizeOf(memory.parameterEnd);
  const states = memory.states ? sizeOf(memory.states.address) : parameterEnd;
  const constants = new Set(plan.constants.map(({ buffer }) => buffer));
  const regionOf = (id: BufferId, address: number): RegionName => {
    if (constants.has(id)) return 'constants';
    if (address < states) return 'parameters';
    if (address < parameterEnd) return 'states';
    return address < scratch ? 'inputs and outputs' : 'arena';
  };
  const totals = new Map<RegionName, number>();
  const lifetimes = lifetimesOf(plan);
  const arena: BufferData[] = [];
  buffers.forEach(({ name, bytes, address, within }, id) => {
    const [place, size] = [sizeOf(address), sizeOf(bytes)];
    if (within !== null || place === 0) return;
    const region = regionOf(id, place);
    if (region !== 'arena') totals.set(region, (totals.get(region) ?? 0) + size);
    const lifetime = lifetimes.get(id);
    if (region === 'arena' && lifetime) arena.push({ name, offset: place - scratch, bytes: size, ...lifetime });
  });
  const extent = arena.reduce((most, { offset, bytes }) => Math.max(most, offset + bytes), 0);
  totals.set('arena', extent);
  return {
    at,
    regions: regionNames.flatMap((name) => {
      const bytes = totals.get(name) ?? 0;
      return bytes > 0 ? [{ name, bytes }] : [];
    }),
    steps: plan.forward.map(({ origin }) => origin),
    buffers: arena,
    arena: extent,
    peak: peakOf(arena, plan.forward.length),
  };
}

/** The first and the last step of `forward` that uses each buffer or a part of it. */
function lifetimesOf({ forward, buffers }: KernelPlan): ReadonlyMap<BufferId, { first: number; last: number }> {
  const lifetimes = new Map<BufferId, { first: number; last: number }>();
  const use = (id: BufferId, step: number): void => {
    const known = lifetimes.get(id);
    if (known) known.last = step;
    else lifetimes.set(id, { first: step, last: step });
    const { within } = buffers[id]!;
    if (within !== null) use(within, step);
  };
  forward.forEach((step, index) => {
    for (const id of buffersOf(step)) use(id, index);
  });
  return lifetimes;
}

function peakOf(buffers: readonly BufferData[], steps: number): number {
  const changes = new Array<number>(steps + 1).fill(0);
  for (const { bytes, first, last } of buffers) {
    changes[first]! += bytes;
    changes[last + 1]! -= bytes;
  }
  let [now, most] = [0, 0];
  for (const change of changes) {
    now += change;
    most = Math.max(most, now);
  }
  return most;
}
