import { graphModels } from './graphs.js';
import { imageModels } from './images.js';
import { kerasFiles } from './keras-files.js';
import { kerasModels } from './keras.js';
import { languageModels } from './language.js';
import { speechModels } from './speech.js';
import { textModels } from './text.js';
import type { TestedModel } from './tested.js';

/** All of them, a file for each kind. */
export const models: readonly TestedModel[] = [
  ...imageModels,
  ...textModels,
  ...speechModels,
  ...kerasModels,
  ...kerasFiles,
  ...graphModels,
  ...languageModels,
];
