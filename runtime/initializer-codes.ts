/** Initializers of `initializeParameter`. a and b are the two numbers (f64) they take. */

/** a everywhere */
export const constant = 0;
/** [a, b) */
export const uniform = 1;
/** mean a, standard deviation b */
export const normal = 2;
/** mean a, standard deviation b, cut at two deviations */
export const truncatedNormal = 3;
/** a · an orthogonal matrix */
export const orthogonal = 4;
/** a · an orthogonal matrix in the central tap of a convolution kernel */
export const deltaOrthogonal = 5;
/** a on the diagonal */
export const identity = 6;
/** identities of a groups in the central tap */
export const dirac = 7;
/** bilinear upsampling */
export const bilinear = 8;
/** a in the second quarter */
export const lstmBias = 9;
/** the share a of each column 0, the rest of standard deviation b */
export const sparse = 10;
/** random words */
export const bits = 11;
/** mean a, standard deviation b, cut at the values that stand in the table's arguments 0 and 1 */
export const cutNormal = 12;
/** Variance scaling by a: 16 + 4 · (0 fan-in, 1 fan-out, 2 average, 3 weight's fan-in) + (0 uniform, 1 truncated, 2 untruncated normal) */
export const varianceScaling = 16;
/** The module's own functions, in the order of the manifest's `custom`, which take the table's arguments. */
export const custom = 64;
/** The variable's own initializer or values. */
export const own = 255;
/** Added to a code: the seed is the initializer's own, not the graph's. */
export const ownSeed = 256;
