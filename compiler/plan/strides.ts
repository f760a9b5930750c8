import { mul, type Dim } from '../dim.js';

/** Row-major strides, in elements. */
export function stridesOf(shape: readonly Dim[]): Dim[] {
  const strides = new Array<Dim>(shape.length);
  let stride: Dim = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride = mul(stride, shape[axis]!);
  }
  return strides;
}
