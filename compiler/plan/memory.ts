import { add, alignUp, max, symbol, symbolsOf, type Dim } from '../dim.js';
import type { TensorGraph } from '../ir.js';
import { ALIGNMENT, placeArena } from './arena.js';
import type { DraftBuffer, Planner } from './planner.js';
import type { Buffer, BufferId, Definition, MemoryPlan, TableLayout } from './types.js';

/** Static data of the kernel library stands below. */
export const TABLE_ADDRESS = 4096;

/** Names sizes in the order in which `infer` computes them; equal sizes get one name. */
export class Definitions {
  readonly list: Definition[] = [];
  private readonly byKey = new Map<string, Dim>();

  /** A number, a symbol of the graph or a definition that has this value. */
  define(prefix: string, dim: Dim): Dim {
    if (typeof dim === 'number') return dim;
    const [only] = symbolsOf(dim);
    if (only === dim.key) return dim;
    const known = this.byKey.get(dim.key);
    if (known !== undefined) return known;
    const name = `${prefix}$${this.list.length}`;
    this.list.push({ name, dim });
    this.byKey.set(dim.key, symbol(name));
    return symbol(name);
  }
}

/** @param argumentCount the most numbers that an initializer takes besides two */
export function layoutTable(graph: TensorGraph, argumentCount: number): TableLayout {
  let at = 12;
  const entry = (rank: number): number => {
    const here = at;
    at += 4 + 4 * rank;
    return here;
  };
  const inputs = graph.inputs.map(({ value }) => entry(value.shape.length));
  const outputs = graph.outputs.map(({ value }) => entry(value.shape.length));
  const parameter = entry(Math.max(0, ...graph.variables.map(({ value }) => value.shape.length)));
  const args = argumentCount > 0 ? Math.ceil(at / 8) * 8 : at;
  const states = args + 8 * argumentCount;
  return { inputs, outputs, parameter, arguments: args, states, bytes: states + graph.variables.length };
}

/**
 * Gives every buffer its address: table, constants, parameters, states, ports, arena.
 *
 * @param byOffsets whether buffers of known sizes are placed one by one in the arena
 */
export function layoutMemory(
  planner: Planner,
  table: TableLayout,
  definitions: Definitions,
  scratchBytes: Dim,
  byOffsets: boolean,
): { readonly buffers: Buffer[] } & Pick<
  MemoryPlan,
  'parameterEnd' | 'scratch' | 'end' | 'states' | 'parameterBytes' | 'activationBytes'
> {
  const addresses = new Map<number, Dim>();
  let at: Dim = alignUp(TABLE_ADDRESS + table.bytes, ALIGNMENT);
  const reserve = (bytes: Dim): Dim => {
    const here = at;
    at = definitions.define('address', add(at, alignUp(bytes, ALIGNMENT)));
    return here;
  };
  const place = (kind: DraftBuffer['place']): void => {
    for (const buffer of planner.buffers) if (buffer.place === kind) addresses.set(buffer.id, reserve(buffer.bytes));
  };
  const total = (kind: DraftBuffer['place']): Dim =>
    planner.buffers
      .filter((buffer) => buffer.place === kind)
      .reduce<Dim>((sum, buffer) => add(sum, alignUp(buffer.bytes, ALIGNMENT)), 0);
  place('constant');
  place('parameter');
  const stateAddress = at;
  place('state');
  const parameterEnd = at;
  place('port');
  const scratch = at;
  const stateBytes = total('state');
  let activationBytes = total('port');
  for (const region of placeArena(planner, byOffsets)) {
    const here = reserve(region.bytes);
    activationBytes = add(activationBytes, alignUp(region.bytes, ALIGNMENT));
    for (const [id, offset] of region.offsets) addresses.set(id, definitions.define('address', add(here, offset)));
  }
  const addressOf = (id: BufferId): Dim => {
    const { within } = planner.buffers[id]!;
    if (!within) return addresses.get(id) ?? 0;
    return definitions.define('address', add(addressOf(within.buffer), within.offset));
  };
  const buffers = planner.buffers.map(({ id, name, bytes, within }): Buffer => ({
    name,
    bytes,
    address: addressOf(id),
    within: within?.buffer ?? null,
  }));
  const slack = add(max(at, add(scratch, alignUp(scratchBytes, ALIGNMENT))), ALIGNMENT);
  const end = definitions.define('end', slack);
  return {
    buffers,
    parameterEnd,
    scratch,
    end,
    states:
      stateBytes === 0
        ? null
        : { address: stateAddress, bytes: stateBytes, size: definitions.define('size', stateBytes) },
    parameterBytes: total('parameter'),
    activationBytes,
  };
}
