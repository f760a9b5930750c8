import type { Classes } from './define.js';
import { activations } from './layers/activations.js';
import { attentions } from './layers/attention.js';
import { convolutions } from './layers/convolution.js';
import { core } from './layers/core.js';
import { merging } from './layers/merge.js';
import { normalizations } from './layers/normalization.js';
import { poolings } from './layers/pooling.js';
import { preprocessing } from './layers/preprocessing.js';
import { recurrence } from './layers/recurrent.js';
import { shapes } from './layers/shape.js';
import { wrappers } from './layers/wrappers.js';

/** Every class of Keras that is read, by family. */
export const families = {
  activations,
  attentions,
  convolutions,
  core,
  merging,
  normalizations,
  poolings,
  preprocessing,
  recurrence,
  shapes,
  wrappers,
} as const satisfies Readonly<Record<string, Classes>>;

/** Classes by name. The object has no prototype, since names come from files. */
export const classes: Classes = Object.assign(
  Object.create(null) as Classes,
  ...Object.values<Classes>(families),
) as Classes;
