/** Part of TensorFlow Lite's schema.fbs, version 3: its numbers of operators and unions, and its order of fields. */
export const SCHEMA_VERSION = 3;
export const FILE_IDENTIFIER = 'TFL3';
export const TensorType = { float32: 0, int32: 2 } as const;
export const Padding = { same: 0, valid: 1 } as const;
export const FusedActivation = { linear: 0, relu: 1, relu6: 3 } as const;

type FieldType = 'int8' | 'int32' | 'float32' | 'bool' | 'int32s';

/** A table of options: its number in the union BuiltinOptions, and its fields from the first. */
interface OptionsTable {
  readonly union: number;
  readonly fields: Readonly<Record<string, FieldType>>;
}

interface Operator {
  readonly code: number;
  readonly options?: OptionsTable;
}

const fused = { activation: 'int8' } as const;
const strides = { strideWidth: 'int32', strideHeight: 'int32' } as const;
const dilation = { dilationWidth: 'int32', dilationHeight: 'int32' } as const;

const operators = {
  add: { code: 0, options: { union: 11, fields: fused } },
  conv2d: { code: 3, options: { union: 1, fields: { padding: 'int8', ...strides, ...fused, ...dilation } } },
  depthwiseConv2d: {
    code: 4,
    options: { union: 2, fields: { padding: 'int8', ...strides, depthMultiplier: 'int32', ...fused, ...dilation } },
  },
  fullyConnected: {
    code: 9,
    options: { union: 8, fields: { ...fused, weightsFormat: 'int8', keepDimensions: 'bool' } },
  },
  logistic: { code: 14 },
  maxPool2d: {
    code: 17,
    options: { union: 5, fields: { padding: 'int8', ...strides, width: 'int32', height: 'int32', ...fused } },
  },
  multiply: { code: 18, options: { union: 21, fields: fused } },
  relu: { code: 19 },
  reshape: { code: 22, options: { union: 17, fields: { shape: 'int32s' } } },
  softmax: { code: 25, options: { union: 9, fields: { beta: 'float32' } } },
  pad: { code: 34, options: { union: 22, fields: {} } },
  transpose: { code: 39, options: { union: 26, fields: {} } },
  mean: { code: 40, options: { union: 27, fields: { keepDimensions: 'bool' } } },
  subtract: { code: 41, options: { union: 28, fields: fused } },
  padWith: { code: 60 },
  reciprocalSquareRoot: { code: 76 },
  squaredDifference: { code: 99 },
  batchMatmul: { code: 126, options: { union: 101, fields: { transposeLeft: 'bool', transposeRight: 'bool' } } },
  gelu: { code: 150 },
} as const satisfies Readonly<Record<string, Operator>>;

export type OperatorName = keyof typeof operators;

export const operatorOf = (name: OperatorName): Operator => operators[name];
