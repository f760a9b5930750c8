/** Graph-models of tfjs from files, with the shards beside them. */
import { dirname } from 'node:path';
import { readBeside } from '../beside.js';
import { importGraphModel, type GraphModel, type GraphModelOptions } from './index.js';

/** Whether the content of a `model.json` is a graph-model. */
export function isGraphModel(text: string): boolean {
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json !== 'object' || json === null) return false;
    return 'format' in json ? json.format === 'graph-model' : 'modelTopology' in json && isGraph(json.modelTopology);
  } catch {
    return false;
  }
}

/** Older files do not say what they are; a graph has nodes. */
const isGraph = (topology: unknown): boolean =>
  typeof topology === 'object' && topology !== null && 'node' in topology && Array.isArray(topology.node);

/**
 * Reads the graph-model of a `model.json`, and its shards from the folder of the file.
 *
 * @param text the content of the file
 * @throws ImportError for what is no graph-model, and for shards that cannot be read or do not fit
 */
export function openGraphModel(path: string, text: string, options: GraphModelOptions = {}): GraphModel {
  return importGraphModel(text, (shard) => readBeside(dirname(path), shard, 'a shard'), options);
}
