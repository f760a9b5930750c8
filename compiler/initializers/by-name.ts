import type { InitializerValue, LoadValue, Mixed } from './values.js';

/** Chooses an initializer by the variable's name; a name that no pattern is found in is an error. */
export const mixed = (
  rules: readonly (readonly [pattern: RegExp | string, initializer: InitializerValue])[],
): Mixed<InitializerValue> =>
  Object.freeze({
    kind: 'mixed',
    rules: rules.map(([pattern, initializer]) => {
      if (typeof pattern === 'string') return [pattern, initializer] as const;
      if (pattern.flags !== '')
        throw new TypeError(`mixed: ${String(pattern)} has flags, which a declaration cannot carry`);
      return [pattern.source, initializer] as const;
    }),
  });

/** Values by variable, as `readSafetensors` gives them. */
export type LoadedTensors = Readonly<
  Record<string, Float32Array | { readonly shape: readonly number[]; readonly data: ArrayBufferView }>
>;

const tensorsOf = new WeakMap<object, LoadedTensors>();

/**
 * Takes a variable's values from the tensor of its name, whose shape must be the variable's.
 *
 * @param fallback what fills a variable that has no tensor; without it, that is an error
 */
export function load(tensors: LoadedTensors, fallback?: InitializerValue): LoadValue {
  const value: LoadValue = Object.freeze({ kind: 'load', ...(fallback !== undefined && { fallback }) });
  tensorsOf.set(value, tensors);
  return value;
}

/** The tensors that `load` was given; undefined for a declaration's own, which takes those beside it. */
export const loadedTensors = (value: object): LoadedTensors | undefined => tensorsOf.get(value);
