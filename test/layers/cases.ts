import { activationCases } from './activation.cases.js';
import { attentionCases } from './attention.cases.js';
import type { LayerCase } from './case.js';
import { conv1dCases, conv2dCases, depthwiseConv2dCases } from './convolution.cases.js';
import { denseCases } from './dense.cases.js';
import { elementwiseCases } from './elementwise.cases.js';
import { mergeCases } from './merge.cases.js';
import { normalizationCases } from './normalization.cases.js';
import { poolingCases } from './pooling.cases.js';
import { preprocessingCases } from './preprocessing.cases.js';
import { resizingCases } from './resizing.cases.js';
import { recurrentCases } from './recurrent.cases.js';
import { categoryCases } from './categories.cases.js';
import { groupNormalizationCases } from './group-normalization.cases.js';
import { mergeProductCases } from './merge-products.cases.js';
import { stepCases } from './steps.cases.js';
import { unitNormalizationCases } from './unit-normalization.cases.js';
import { shapeCases } from './shape.cases.js';
import { spatialCases } from './spatial.cases.js';
import { transposedCases } from './transposed.cases.js';

/** Examples of every layer and every option, with what they must compute. */
export const layerCases: readonly LayerCase[] = [
  ...denseCases,
  ...conv1dCases,
  ...conv2dCases,
  ...depthwiseConv2dCases,
  ...spatialCases,
  ...transposedCases,
  ...resizingCases,
  ...poolingCases,
  ...activationCases,
  ...normalizationCases,
  ...preprocessingCases,
  ...categoryCases,
  ...groupNormalizationCases,
  ...mergeProductCases,
  ...stepCases,
  ...unitNormalizationCases,
  ...shapeCases,
  ...mergeCases,
  ...elementwiseCases,
  ...attentionCases,
  ...recurrentCases,
];
