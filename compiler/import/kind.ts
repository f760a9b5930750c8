type Fields = Readonly<Record<string, unknown>>;

/** What a .json file holds: a model of tfjs or Keras, or anything else, such as a declaration. */
export type JsonKind = 'graph-model' | 'layers-model' | 'other';

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function kindOfJson(json: unknown): JsonKind {
  if (!isFields(json) || !('modelTopology' in json || 'class_name' in json || 'model_config' in json)) return 'other';
  const topology = json['modelTopology'];
  return json['format'] === 'graph-model' || (isFields(topology) && 'node' in topology)
    ? 'graph-model'
    : 'layers-model';
}
