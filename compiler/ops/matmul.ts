import { mul, product } from '../dim.js';
import { volume, zerosOf } from '../tensor.js';
import { floats, type Rule } from './rule.js';

export const matmul: Rule<'matmul'> = {
  infer({ transposeRight }, [x, w], checks) {
    if (x!.shape.length < 1 || w!.shape.length !== 2) checks.fail('matmul takes (…, k) and a matrix');
    const [inner, columns] = transposeRight ? [w!.shape[1]!, w!.shape[0]!] : [w!.shape[0]!, w!.shape[1]!];
    checks.require('equal', x!.shape.at(-1)!, inner, 'expects {expected} inputs, got {got}');
    return [{ dtype: 'float32', shape: [...x!.shape.slice(0, -1), columns] }];
  },
  multiplyAdds: (_op, [x], output) => mul(product(output.shape), x!.shape.at(-1)!),
  evaluate({ transposeRight }, [x, w], shape) {
    const result = zerosOf(shape);
    const columns = shape.at(-1)!;
    const inner = x!.shape.at(-1)!;
    const a = floats(x!);
    const b = floats(w!);
    for (let row = 0; row < volume(shape.slice(0, -1)); row++) {
      for (let column = 0; column < columns; column++) {
        let sum = 0;
        for (let k = 0; k < inner; k++) {
          sum += a[row * inner + k]! * b[transposeRight ? column * inner + k : k * columns + column]!;
        }
        result.data[row * columns + column] = sum;
      }
    }
    return result;
  },
};
