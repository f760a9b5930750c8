export { attention } from './attention';
export { compress } from './compress';
export { linearAttention } from './linearAttention';
export { nonZeroF32, nonZeroI32, nonZeroI64, nonZeroU8 } from './nonZero';
export {
  scatterElementsF32,
  scatterElementsI32,
  scatterElementsI64,
  scatterElementsI8,
  scatterElementsU8,
} from './scatterElements';
export { resample } from './resample';
export { scatterNdF32, scatterNdI32, scatterNdI64, scatterNdI8, scatterNdU8 } from './scatterNd';
export { nonMaxSuppression } from './suppression';
export { topKF32, topKI32, topKI64, topKI8, topKU8 } from './topK';
export { uniqueF32, uniqueI32, uniqueI64, uniqueI8, uniqueU8 } from './unique';
export { decodeBfloat16, decodeFloat16, decodeQuantized } from './decode';
export { winograd2, winograd4 } from './winograd';
export { winogradWeights2, winogradWeights4 } from './winogradWeights';
