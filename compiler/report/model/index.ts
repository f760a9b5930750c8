import type { CompiledModule } from '../../compile.js';
import { isReused, resolveLayer, type GraphDeclaration } from '../../declaration.js';
import type { TensorGraph } from '../../ir.js';
import { printMemory } from '../../memory.js';
import type { Pipeline } from '../../pipeline.js';
import { printRemarks, summarizePipeline, type LayerSummary } from '../../summary.js';
import { declaredEdges, loweredEdges } from './edges.js';
import { memoryData } from './memory.js';
import type { ModelData, NodeData } from './types.js';

export type * from './types.js';

const LONGEST = 200;

/** `3, 3`, `relu, alpha 0`: as people read it. */
function readable(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value))
    return value.map((part) => (Array.isArray(part) ? `[${readable(part)}]` : readable(part))).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, part]) => (name === 'kind' ? readable(part) : `${name} ${readable(part)}`))
    .join(', ');
}

function textOf(value: unknown): string {
  const plain = readable(value);
  return plain.length <= LONGEST ? plain : `${plain.slice(0, LONGEST - 1)}…`;
}

/** Attributes by layer, as texts. */
function attributesOf(
  declaration: GraphDeclaration | undefined,
  { layers }: TensorGraph,
): ReadonlyMap<string, NodeData['attributes']> {
  const texts = (attributes: Readonly<Record<string, unknown>>): NodeData['attributes'] =>
    Object.entries(attributes).map(([name, value]) => [name, textOf(value)]);
  if (!declaration) return new Map(layers.map(({ name, attributes = {} }) => [name, texts(attributes)]));
  return new Map(
    declaration.layers.map((layer) => [
      layer.name,
      isReused(layer) ? texts({ use: layer.use }) : texts(resolveLayer(layer).attributes),
    ]),
  );
}

/** What the page shows of a model that was compiled. */
export function describeModel(pipeline: Pipeline, { notes, manifest }: CompiledModule): ModelData {
  const graph = pipeline.lower();
  const summary = summarizePipeline(pipeline, { seed: BigInt(manifest.seed) });
  const plan = pipeline.plan();
  const attributes = attributesOf(pipeline.declaration, graph);
  const nodes: NodeData[] = [];
  const sources = new Map<string, number>();
  const outputs = new Map<string, number>();
  const slots = new Map(graph.layers.map(({ name, parameters }) => [name, parameters]));
  const addNode = (layer: LayerSummary, role: 'input' | 'layer'): void => {
    const { layer: name, kind, parameters, multiplyAdds, initializers } = layer;
    sources.set(name, nodes.length);
    nodes.push({
      ...{ role, name, kind, parameters, multiplyAdds, initializers },
      outputs: layer.outputs.map(({ dtype, shape }) => ({ dtype, shape })),
      attributes: (role === 'layer' ? attributes.get(name) : undefined) ?? [],
      slots: slots.get(name) ?? [],
    });
  };
  summary.layers.forEach((layer, index) => {
    addNode(layer, index < graph.inputs.length ? 'input' : 'layer');
  });
  for (const { name, value } of graph.outputs) {
    outputs.set(name, nodes.length);
    nodes.push({
      ...{ role: 'output', name, kind: 'output', parameters: 0, multiplyAdds: 0 },
      ...{ attributes: [], slots: [], initializers: [], outputs: [{ dtype: value.dtype, shape: value.shape }] },
    });
  }
  const ports = (list: TensorGraph['inputs']): ModelData['inputs'] =>
    list.map(({ name, value: { dtype, shape } }) => ({ name, dtype, shape }));
  const { parameters, trainable, bytes, multiplyAdds, memory } = summary.total;
  const index = { sources, outputs };
  const given = new Set(manifest.variables.filter((variable) => variable.given).map(({ name }) => name));
  return {
    name: pipeline.declaration?.name,
    inputs: ports(graph.inputs),
    outputs: ports(graph.outputs),
    symbols: graph.symbols.map(({ name, kind, min, max, typical }) => ({ name, kind, min, max, typical })),
    nodes,
    edges: pipeline.declaration ? declaredEdges(pipeline.declaration, graph, index) : loweredEdges(graph, index),
    variables: graph.variables.map(({ name, value, initializer, users, trainable: isTrained }) => ({
      ...{ name, dtype: value.dtype, shape: value.shape, initializer, users },
      trainable: isTrained,
      given: given.has(name),
    })),
    total: { parameters, trainable, bytes, multiplyAdds },
    memory: memoryData(plan),
    memoryText: printMemory(memory),
    remarks: printRemarks(summary),
    notes,
  };
}
