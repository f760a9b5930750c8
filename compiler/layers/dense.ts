import { glorotUniform } from '../initializers/variance-scaling.js';
import { zeros } from '../initializers/constant.js';
import { applyActivation } from './activation-functions.js';
import { activation } from './activation.js';
import { defineLayer, integer, optional, optionalParameter, parameter } from './define.js';
import { expectAxes, lastDim } from './rank.js';

/** x [batch, …, features] · weight [features, units] + bias [units] → [batch, …, units] */
export const dense = defineLayer('dense', {
  inputs: ['x'],
  defaultInput: ['batch', null],
  attributes: { units: integer(), inputUnits: optional(integer()), activation: activation() },
  parameters: { weight: parameter(glorotUniform()), bias: optionalParameter(zeros()) },
  lower(build, { units, inputUnits, activation }, { weight, bias }, [x]) {
    expectAxes(build, x, ['batch', '…', 'features']);
    const features = lastDim(x);
    if (inputUnits !== undefined) build.require('equal', features, inputUnits, 'expects {expected} inputs, got {got}');
    const w = weight([inputUnits ?? features, units], { layout: 'io' });
    const product = build.op({ kind: 'matmul', transposeRight: false }, [x, w]);
    const sum = bias ? build.binary('add', product, bias([units])) : product;
    return applyActivation(build, activation, sum);
  },
});
