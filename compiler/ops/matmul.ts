import { mul, product } from '../dim.js';
import { stridesOf, volume, zerosOf } from '../tensor.js';
import { broadcastShapes, broadcastStrides } from './broadcast.js';
import { floats, type Rule } from './rule.js';

export const matmul: Rule<'matmul'> = {
  infer({ transposeRight }, [x, w], checks) {
    const [rows, matrices] = [x!.shape.length, w!.shape.length];
    if (rows < 1 || matrices < 2 || (rows === 1 && matrices > 2)) checks.fail('matmul takes (…, m, k) and (…, k, n)');
    const [inner, columns] = transposeRight
      ? [w!.shape.at(-1)!, w!.shape.at(-2)!]
      : [w!.shape.at(-2)!, w!.shape.at(-1)!];
    checks.require('equal', x!.shape.at(-1)!, inner, 'expects {expected} inputs, got {got}');
    const leading = broadcastShapes([x!.shape.slice(0, -2), w!.shape.slice(0, -2)], checks);
    return [{ dtype: 'float32', shape: [...leading, ...x!.shape.slice(-2, -1), columns] }];
  },
  multiplyAdds: (_op, [x], output) => mul(product(output.shape), x!.shape.at(-1)!),
  evaluate({ transposeRight }, [x, w], shape) {
    const result = zerosOf(shape);
    const columns = shape.at(-1)!;
    const inner = x!.shape.at(-1)!;
    const [strideK, strideN] = transposeRight ? [1, inner] : [columns, 1];
    const outer = stridesOf(shape);
    const left = broadcastStrides(x!.shape, shape.length);
    const right = broadcastStrides(w!.shape, shape.length).slice(0, -2);
    const a = floats(x!);
    const b = floats(w!);
    for (let at = 0; at < volume(shape); at++) {
      const index = shape.map((size, axis) => Math.floor(at / outer[axis]!) % size);
      const row = index.slice(0, -1).reduce((sum, position, axis) => sum + position * left[axis]!, 0);
      const matrix = right.reduce((sum, stride, axis) => sum + index[axis]! * stride, 0);
      let sum = 0;
      for (let k = 0; k < inner; k++) sum += a[row + k]! * b[matrix + k * strideK + index.at(-1)! * strideN]!;
      result.data[at] = sum;
    }
    return result;
  },
};
