/** The option of commands that take models whose inputs can be bound. */
export const bindOption = {
  value: 'NAME=VALUE',
  multiple: true,
  help: 'fixes an input of an ONNX model or a graph-model: a number, a nested list, or a .npy or .json file',
} as const;

/** The option of commands that plan kernels. */
export const errorBudgetOption = {
  value: 'ERROR',
  help: 'the largest relative error of an algorithm for convolutions, 1e-5 by default; 0 takes none but the direct one',
} as const;

export const modelDetails: readonly string[] = [
  'MODEL is a declaration in .json, with its tensors in the .safetensors of the same name beside it, or a',
  '.js, .mjs or .ts file whose default export is a graph or a declaration, an ONNX model in .onnx, or a model of Keras',
  'or tfjs: a model.json or the folder of one, .keras or .h5.',
];

/** The option of commands that take the tensors of a model from a file. */
export const tensorsOption = {
  value: 'FILE',
  help: 'a .safetensors file whose tensors fill variables, by name or as the declaration refers to them',
} as const;
