import { alignUp, max, type Dim } from '../dim.js';
import type { DraftBuffer, Planner } from './planner.js';

/** Addresses of buffers are multiples of this. */
export const ALIGNMENT = 16;

const overlap = (a: Lifetime, b: Lifetime): boolean => a.first <= b.last && b.first <= a.last;
type Lifetime = Pick<DraftBuffer, 'first' | 'last'>;

/** A buffer of known size. */
interface Sized extends Lifetime {
  readonly id: number;
  readonly bytes: number;
}

/** Buffers of the arena that steps use and that are no part of another one. */
const arenaBuffers = ({ buffers }: Pick<Planner, 'buffers'>): DraftBuffer[] =>
  buffers.filter(({ place, within, first, last }) => place === 'arena' && !within && last >= first);

/** The most bytes of arena buffers in use at once in `forward`, for the sizes kernels are chosen for: no arena is smaller. */
export function peakBytes(planner: Planner): number {
  return peakOf(arenaBuffers(planner).map((buffer) => ({ ...buffer, bytes: planner.typical(buffer.bytes) })));
}

function peakOf(buffers: readonly Sized[]): number {
  const changes = new Map<number, number>();
  const change = (at: number, by: number): void => {
    changes.set(at, (changes.get(at) ?? 0) + by);
  };
  for (const { bytes, first, last } of buffers) {
    change(first, aligned(bytes));
    change(last + 1, -aligned(bytes));
  }
  let [now, most] = [0, 0];
  for (const at of [...changes.keys()].sort((a, b) => a - b)) {
    now += changes.get(at)!;
    most = Math.max(most, now);
  }
  return most;
}

const aligned = (bytes: number): number => alignUp(bytes, ALIGNMENT) as number;

/** Some bytes of the arena, and how far from their start buffers are. */
export interface Region {
  readonly bytes: Dim;
  readonly offsets: ReadonlyMap<number, number>;
}

/**
 * Places buffers so that none of them overlap that are in use at once. Sizes that are all known become offsets, others
 * slots.
 */
export function placeArena(planner: Planner, byOffsets: boolean): readonly Region[] {
  const buffers = arenaBuffers(planner);
  const sized = buffers.map(({ bytes, ...buffer }) => ({ ...buffer, bytes: typeof bytes === 'number' ? bytes : -1 }));
  if (byOffsets && sized.every(({ bytes }) => bytes >= 0)) return [placeOffsets(sized)];
  return shareSlots(buffers, (dim) => planner.typical(dim));
}

interface Slot {
  bytes: Dim;
  readonly members: DraftBuffer[];
}

/**
 * Slots: buffers whose lifetimes do not overlap share one, the largest first, each in the smallest slot that is free
 * (Pisarchyk and Lee 2020, "Efficient memory management for deep neural net inference", greedy by size, shared objects).
 */
function shareSlots(buffers: readonly DraftBuffer[], typical: (dim: Dim) => number): Region[] {
  const slots: Slot[] = [];
  const sized = buffers.map((buffer) => ({ buffer, bytes: typical(buffer.bytes) }));
  sized.sort((a, b) => b.bytes - a.bytes || a.buffer.id - b.buffer.id);
  for (const { buffer } of sized) {
    const free = slots.filter((slot) => !slot.members.some((member) => overlap(member, buffer)));
    const slot = free.at(-1);
    if (slot) {
      slot.bytes = max(slot.bytes, buffer.bytes);
      slot.members.push(buffer);
    } else {
      slots.push({ bytes: buffer.bytes, members: [buffer] });
    }
  }
  return slots.map(({ bytes, members }) => ({ bytes, offsets: new Map(members.map(({ id }) => [id, 0])) }));
}

/** The orders in which buffers are placed; the one that ends lowest is taken. */
const orders: readonly ((a: Sized, b: Sized) => number)[] = [
  (a, b) => b.bytes - a.bytes,
  (a, b) => b.bytes * (b.last - b.first + 1) - a.bytes * (a.last - a.first + 1),
  (a, b) => b.last - b.first - (a.last - a.first) || b.bytes - a.bytes,
];

/**
 * Offsets: each buffer at the lowest place of the smallest gap that it fits between those placed before it that are in
 * use at the same time (the same paper, greedy by size for offset calculation).
 *
 * Gain over slots: resnet50 takes 7,648 KiB and not 9,216, resnet18 4,512 and not 5,688, minilm 1,536 and not 1,976,
 * mobilenetv2 10,169 and not 11,051, each without results in place.
 */
function placeOffsets(buffers: readonly Sized[]): Region & { readonly bytes: number } {
  const least = peakOf(buffers);
  let best: (Region & { readonly bytes: number }) | undefined;
  for (const order of orders) {
    const placed: Placed[] = [];
    for (const buffer of [...buffers].sort((a, b) => order(a, b) || a.id - b.id)) {
      const length = aligned(buffer.bytes);
      const from = gapFor(placed, buffer, length);
      insert(placed, { buffer, from, to: from + length });
    }
    const bytes = placed.reduce((most, { to }) => Math.max(most, to), 0);
    if (!best || bytes < best.bytes) {
      best = { bytes, offsets: new Map(placed.map(({ buffer, from }) => [buffer.id, from])) };
    }
    if (best.bytes === least) break;
  }
  return best!;
}

interface Placed {
  readonly buffer: Sized;
  readonly from: number;
  readonly to: number;
}

/** The start of the smallest gap among buffers in order of their starts. */
function gapFor(placed: readonly Placed[], buffer: Sized, length: number): number {
  let [end, smallest, at] = [0, Infinity, -1];
  for (const { buffer: other, from, to } of placed) {
    if (!overlap(other, buffer)) continue;
    const gap = from - end;
    if (gap >= length && gap < smallest) [smallest, at] = [gap, end];
    end = Math.max(end, to);
  }
  return at < 0 ? end : at;
}

/** Adds a buffer, so that they stay in order of their starts. */
function insert(placed: Placed[], added: Placed): void {
  let [low, high] = [0, placed.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (placed[middle]!.from <= added.from) low = middle + 1;
    else high = middle;
  }
  placed.splice(low, 0, added);
}
