/**
 * Placeholders that the compiler retargets when it links a kernel into a model. A kernel that calls one is a template:
 * one copy is linked for each distinct function put in its place.
 */

/**
 * Turns an accumulator into the value that is stored. `bias` is the address of the accumulator's first column in the
 * bias vector, `residual` the address of the same element in a tensor of the output's layout. Either may be any
 * readable address when the function put in place does not use it. Sixteen bytes are readable at both.
 */
// @ts-ignore: decorator
@external("template", "epilogue")
export declare function epilogue(value: v128, bias: usize, residual: usize): v128;
