import { families } from './table.js';

/** What each family is called. */
const titles: Readonly<Record<keyof typeof families, string>> = {
  activations: 'activations',
  attentions: 'attention',
  convolutions: 'convolution',
  core: 'core and regularization',
  merging: 'merging',
  normalizations: 'normalization',
  poolings: 'pooling',
  preprocessing: 'preprocessing',
  recurrence: 'recurrent',
  shapes: 'shape',
  wrappers: 'wrappers',
};

/** Every class of Keras that is read, in alphabetical order, by family. */
export const classTable = (): readonly (readonly [family: string, classes: readonly string[]])[] =>
  Object.entries(families).map(([key, classes]) => [titles[key as keyof typeof families], Object.keys(classes).sort()]);
