/** Initializers of `initializeParameter`. a and b are the two numbers (f64) they take, rounded to f32. */

/** a everywhere */
export const constant = 0;
/** [a, b) */
export const uniform = 1;
/** mean a, standard deviation b */
export const normal = 2;
/** mean a, standard deviation b, cut at two deviations */
export const truncatedNormal = 3;
/** Variance scaling by a: 16 + 4 · (0 fan-in, 1 fan-out, 2 average) + (0 uniform, 1 truncated, 2 untruncated normal) */
export const varianceScaling = 16;
/** The variable's own initializer or values. */
export const own = 255;
