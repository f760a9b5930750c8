import type { Hashes } from './digest.js';

/**
 * The first 64 bits of the SHA-256 of the parameters of `everyInitializer` under seed 0, by initializer. They never
 * change: a new initializer adds a line.
 */
export const goldenParameters: Hashes = {
  zeros: 'ac601d468fbaf1af',
  ones: 'eb87a7854d837070',
  'constant(-0.3)': '82156366334a48dd',
  'uniform(-2, 3)': 'ae45faf19c5e21a1',
  'normal(0.1, 1.5)': '3718fb5278d66242',
  'normal(0, 0.02, seed 7)': '10f54060263c7486',
  'truncatedNormal(-1, 0.5, -2, 2, false)': '3c48864fb92d3927',
  'truncatedNormal(0, 2, 0.5, 3, false)': '9e9855f04d12bdcd',
  'varianceScaling(1.7, fanIn, uniform)': '812aa051759d1ef6',
  'varianceScaling(1.7, fanIn, truncatedNormal)': '7e6a03b159bca1bb',
  'varianceScaling(1.7, fanIn, untruncatedNormal)': '6fe93f00f31a6f03',
  'varianceScaling(1.7, fanOut, uniform)': 'ab4c7e08a1143a90',
  'varianceScaling(1.7, fanOut, truncatedNormal)': 'e8c52b7318823be2',
  'varianceScaling(1.7, fanOut, untruncatedNormal)': 'b0d5ada413758650',
  'varianceScaling(1.7, fanAvg, uniform)': 'd8cebaab2bb8b959',
  'varianceScaling(1.7, fanAvg, truncatedNormal)': '0b5bfc2d54fe98e9',
  'varianceScaling(1.7, fanAvg, untruncatedNormal)': 'b05ccca9fa5f3b06',
  glorotUniform: 'd10e44fd212642b9',
  glorotNormal: 'ebf885fd8212f73d',
  heUniform: '9015a0495d4c3470',
  heNormal: '10b19bbaffdbd16c',
  lecunUniform: '8028603ff7f15dd0',
  lecunNormal: '70ab61de01064116',
  'xavier(uniform, avg, 3)': 'f6e5dec2b02849d9',
  'xavier(gaussian, in, 2.24)': 'bc5e9e22ed991305',
  'msraPrelu(avg, 0.25)': '47e5f959efaefb7f',
  'msraPrelu(out, 0.1)': 'd9d7dbe4837e15f2',
};
