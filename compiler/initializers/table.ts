/** Every kind of initializer, by the name of its export. */
export { constant, ones, zeros } from './constant.js';
export { bilinear, deltaOrthogonal, dirac, identity, lstmBias, orthogonal, sparse } from './matrix.js';
export { normal, truncatedNormal, uniform } from './random.js';
export {
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  lecunNormal,
  lecunUniform,
  msraPrelu,
  varianceScaling,
  xavier,
} from './variance-scaling.js';
