import { show } from '../../show.js';
import { activations, type ActivationSource } from '../../layers/activation-functions.js';
import { camelCase, isFields, own, snakeCase, Unsupported, type Fields } from './config.js';

type Options = Readonly<Record<string, unknown>>;

/** Functions that nacre calls otherwise, or whose defaults differ. */
const renamed: Readonly<Record<string, (version: 2 | 3) => Options>> = {
  silu: () => ({ kind: 'swish' }),
  hardSilu: () => ({ kind: 'hardSwish' }),
  exponential: () => ({ kind: 'exp' }),
  geluNew: () => ({ kind: 'gelu', approximate: true }),
  /** Keras 3 has relu6(x + 3) / 6. */
  hardSigmoid: (version) =>
    version === 3 ? { kind: 'hardSigmoid', alpha: 1 / 6, beta: 0.5 } : { kind: 'hardSigmoid' },
  leakyRelu: () => ({ kind: 'leakyRelu', alpha: 0.2 }),
};

/** Options of layers that stand for functions, by name in nacre. */
const options: Readonly<Record<string, string>> = {
  alpha: 'alpha',
  negative_slope: 'alpha',
  max_value: 'cap',
  axis: 'axis',
  approximate: 'approximate',
};

function optionsOf(config: Fields, name: string): Options {
  const found: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(config)) {
    if (['name', 'trainable', 'dtype', 'function'].includes(key) || value === null) continue;
    const option = Object.hasOwn(options, key) ? options[key] : undefined;
    if (option !== undefined) found[option] = value;
    else if (value !== 0) throw new Unsupported(`its activation ${name} has ${key}, which is not read`);
  }
  return found;
}

/** The function that a configuration names: a word, or an object with a class; `linear` where it has none. */
export function activationOf(value: unknown, version: 2 | 3): ActivationSource {
  if (value === undefined || value === null) return 'linear';
  const isObject = isFields(value);
  const className = isObject ? own(value, 'class_name') : value;
  const given = isObject ? own(value, 'config') : undefined;
  // Keras 3 writes functions as { class_name: 'function', config: 'relu' }.
  const word = className === 'function' ? given : className;
  if (typeof word !== 'string') throw new Unsupported(`its activation ${show(value)} is not read`);
  const name = camelCase(/^[A-Z]/.test(word) ? layerWord(word) : word);
  const particular = isFields(given) ? optionsOf(given, word) : {};
  const rename = Object.hasOwn(renamed, name) ? renamed[name] : undefined;
  const source: Options = { ...(rename ? rename(version) : { kind: name }), ...particular };
  if (!Object.hasOwn(activations, String(source['kind']))) {
    throw new Unsupported(`its activation ${show(word)} is not read`);
  }
  return (Object.keys(source).length === 1 ? source['kind'] : source) as ActivationSource;
}

const layerWord = (word: string): string =>
  snakeCase(word.replace('ReLU', 'Relu').replace('ELU', 'Elu').replace('GELU', 'Gelu'));
