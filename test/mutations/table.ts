import { initialization } from './initialization.js';

/** A fault to plant, and the tests that must notice it. */
export interface Mutation {
  readonly fault: string;
  /** A file of build/ or of assembly/, from which the kernels are then built again. */
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** The test file, without its endings, and a pattern of the titles of its tests, one of which must fail. */
  readonly test: string;
  readonly title: string;
}

const kernel = (file: string, fault: string, find: string, replace: string, test: string, title: string): Mutation => ({
  fault,
  file: `assembly/${file}.ts`,
  find,
  replace,
  test,
  title,
});

const built = (file: string, fault: string, find: string, replace: string, test: string, title: string): Mutation => ({
  fault,
  file: `build/${file}.js`,
  find,
  replace,
  test,
  title,
});

const kernels: readonly Mutation[] = [
  kernel(
    'tile',
    'the last columns of a product are stored one short',
    'if (columns > 4) storeLanes(c + 16, epilogue(high',
    'if (columns > 5) storeLanes(c + 16, epilogue(high',
    'kernels/matrix',
    'gemm',
  ),
  kernel(
    'tile',
    'the last tile of a product has rows too many',
    'return rows < 3 ? rows : 3;',
    'return 3;',
    'kernels/matrix',
    'gemm',
  ),
  kernel(
    'tile',
    'an epilogue reads the residual of another column',
    'v128.store(c, epilogue(h0, bias + 16, residual + 16), 16);',
    'v128.store(c, epilogue(h0, bias + 16, residual), 16);',
    'kernels/matrix',
    'gemm',
  ),
  kernel(
    'panels',
    'the last panel is unpacked one column short',
    'if (columns > 4) storeLanes(t + 16, v128.load(source, 16), columns - 4);',
    'if (columns > 4) storeLanes(t + 16, v128.load(source, 16), columns - 5);',
    'kernels/matrix',
    'packPanels and unpackPanels move every bit',
  ),
  kernel(
    'gather',
    'the row after a table counts as one of it',
    'if (index >= rows)',
    'if (index > rows)',
    'kernels/matrix',
    'gatherRows',
  ),
  kernel(
    'pool2d',
    'an average counts elements outside the map',
    'min<u32>(position - pad, size)',
    'position - pad',
    'kernels/window',
    'maxPool2d and averagePool2d',
  ),
  kernel(
    'depthwise2d',
    'the last channel of a pixel takes the input of another',
    '(min<u32>(output + 3, last) / multiplier)',
    '(min<u32>(output + 2, last) / multiplier)',
    'kernels/window',
    'depthwise2d',
  ),
  kernel(
    'softmax',
    'softmax is not shifted by the largest element',
    'const e = exp(f32x4.sub(v128.load(p), largest));',
    'const e = exp(v128.load(p));',
    'kernels/rows',
    'softmax',
  ),
  kernel(
    'normalize',
    'a variance counts lanes past the row',
    'const d = f32x4.sub(loadLanes(p, lanes, mean), mean);',
    'const d = f32x4.sub(loadLanes(p, lanes, zero), mean);',
    'kernels/rows',
    'normalizeRows',
  ),
  kernel(
    'philox',
    'a constant of the random rounds is wrong',
    'const WEYL_1: u32 = 0xbb67ae85;',
    'const WEYL_1: u32 = 0xbb67ae86;',
    'random',
    'golden values *',
  ),
  kernel(
    'philox',
    'a multiplier of eight random rounds at once is wrong',
    'memory.data<u32>([0xd2511f53, 0xcd9e8d57])',
    'memory.data<u32>([0xd2511f53, 0xcd9e8d59])',
    'random',
    'stream of key *',
  ),
  kernel(
    'random',
    'uniform elements may be the upper bound',
    'f32x4.splat(low < high ? below(high) : low)',
    'f32x4.splat(high)',
    'random',
    'a uniform element never reaches the upper bound',
  ),
];

const planned: readonly Mutation[] = [
  built(
    'compiler/plan/memory',
    'a buffer is given away one step too early',
    'a.first <= b.last && b.first <= a.last',
    'a.first < b.last && b.first < a.last',
    'properties/memory',
    '*unoptimized',
  ),
  built(
    'compiler/plan/index',
    'what prepare leaves for forward is overwritten',
    'planner.keepPrepared();',
    '',
    'properties/memory',
    '*, optimized',
  ),
  built(
    'compiler/plan/products',
    'a bias is taken for a residual',
    'const role = isVector(extra) ? 1 : 2;',
    'const role = 2;',
    'layers',
    'dense *',
  ),
  built(
    'compiler/plan/products',
    'rows and columns of a padding are swapped',
    'const [[top, bottom], [left, right]] = padding;',
    'const [[left, right], [top, bottom]] = padding;',
    'layers',
    'conv2d *',
  ),
  built(
    'compiler/plan/loops',
    'a transposition takes the inverse permutation',
    'node.op.permutation.map((axis) => source[axis])',
    'node.op.permutation.map((_, axis) => source[node.op.permutation.indexOf(axis)])',
    'layers',
    'permute *',
  ),
  built(
    'compiler/plan/loops',
    'axes are joined that are not walked as one',
    'last?.strides.every(',
    'last?.strides.some(',
    'properties/collapse',
    '*walks*',
  ),
  built(
    'compiler/plan/reductions',
    'softmax runs along the axis before its own',
    'const { axis, log } = node.op;',
    'const { log } = node.op;\n    const axis = Math.max(0, node.op.axis - 1);',
    'layers',
    'softmax *',
  ),
  built(
    'compiler/plan/movement',
    'the third input of a concatenation lands on the second',
    'offset = add(offset, bytes);',
    'offset = bytes;',
    'layers',
    'concatenate *',
  ),
];

const emitted: readonly Mutation[] = [
  built(
    'compiler/emit/infer',
    'sizes that follow from others are not checked',
    `check(rule === 'equal' ? 'ne' : 'lt_s', subject, message, expected, got);`,
    `check(rule === 'equal' ? 'ne' : 'lt_s', subject, message, got, got);`,
    'refused-sizes',
    '*',
  ),
  built(
    'compiler/emit/infer',
    'a latched size may change',
    `module.select(module.global.get('inferred', i32), global(), got())`,
    'got()',
    'abi',
    'a latched dim *',
  ),
  built(
    'compiler/emit/infer',
    'memory is grown a page short',
    'module.i64.add(needed(), big(module, PAGE - 1))',
    'needed()',
    'resize',
    '*',
  ),
  built(
    'compiler/emit/infer',
    'the larger of two sizes is the smaller',
    'wide.gt_s(get(0), get(1))',
    'wide.lt_s(get(0), get(1))',
    'layers',
    'conv2d *, sizes unknown',
  ),
  built(
    'compiler/emit/variable',
    'a written parameter does not take effect',
    `module.i32.const(1)), module.global.set('dirty', module.i32.const(1)));`,
    `module.i32.const(1)), module.global.set('dirty', module.i32.const(0)));`,
    'prepared',
    'each parameter takes effect*',
  ),
  built(
    'compiler/emit/recipes',
    'a variable does not take its own seed',
    'const seeds = seed === undefined',
    'const seeds = true',
    'golden',
    '*naive evaluator',
  ),
  built(
    'compiler/emit/expression',
    'the operands of an operator are swapped',
    'module.f32x4[operators[fn]](left, right)',
    'module.f32x4[operators[fn]](right, left)',
    'layers',
    'subtract*',
  ),
  built(
    'compiler/emit/loop',
    'the last elements of a row are left out',
    'rest.set(module.i32.and(sizeOf(axis), module.i32.const(3)))',
    'rest.set(module.i32.and(sizeOf(axis), module.i32.const(1)))',
    'layers',
    'batchNormalization *',
  ),
  built(
    'compiler/emit/gemv',
    'a product with one row reads the panels of another size',
    '(index >> 1) * k * 32',
    '(index >> 1) * n * 32',
    'layers',
    'dense *, sizes known',
  ),
  built(
    'compiler/emit/splice',
    'an active segment is taken for the place of weights',
    'content.length === 8 && passive',
    'content.length === 8',
    'properties/splice',
    'payloads of any number*',
  ),
  built(
    'compiler/emit/splice',
    'a segment that is kept loses its last byte',
    'parts.push(section.subarray(at, data + length));',
    'parts.push(section.subarray(at, data + length - 1));',
    'properties/splice',
    'a payload of 128 bytes',
  ),
  built(
    'compiler/emit/splice',
    'the length of the weights is written without its last byte',
    'value = Math.floor(value / 128);',
    'value = Math.floor(value / 128) & 127;',
    'properties/splice',
    'a payload of *',
  ),
];

const lowered: readonly Mutation[] = [
  built(
    'compiler/dim',
    'a quotient is cut and not floored',
    'return Math.floor(left / right);',
    'return Math.trunc(left / right);',
    'properties/dim',
    'a formula has the value of its arithmetic',
  ),
  built(
    'compiler/layers/window',
    'the odd element of same padding is on the wrong side',
    `padding === 'same' ?`,
    `padding === 'sameLower' ?`,
    'layer-lowering',
    'conv1d *same*',
  ),
  built(
    'compiler/layers/dense',
    'dense leaves out its bias',
    `build.binary('add', product, bias([units]))`,
    '(bias([units]), product)',
    'layer-lowering',
    'dense *',
  ),
  built(
    'compiler/initializers/fans',
    'fan-in and fan-out are swapped',
    'fanIn: mul(receptiveField, shape.at(-2)), fanOut: mul(receptiveField, shape.at(-1))',
    'fanIn: mul(receptiveField, shape.at(-1)), fanOut: mul(receptiveField, shape.at(-2))',
    'initializers',
    'fans',
  ),
  built(
    'compiler/optimize/fuse',
    'fusing swaps the operands of an expression',
    'left: substitute(expression.left, inputs),\n                right: substitute(expression.right, inputs),',
    'left: substitute(expression.right, inputs),\n                right: substitute(expression.left, inputs),',
    'random-graphs',
    '*optimizing does not change them',
  ),
  built(
    'compiler/optimize/transposes',
    'a transposed weight is read as it stands',
    'node.op.transposeRight !== swapped',
    'node.op.transposeRight',
    'random-graphs',
    '*optimizing does not change them',
  ),
];

const run: readonly Mutation[] = [
  built(
    'runtime/session',
    'views stay those of the first sizes',
    'port.view = new ',
    'port.view ??= new ',
    'resize',
    '*',
  ),
  built(
    'runtime/session',
    'memory is not read anew after it has grown',
    'new Uint32Array(this.exports.memory.buffer, this.manifest.table)',
    'new Uint32Array((this.kept ??= this.exports.memory.buffer), this.manifest.table)',
    'resize',
    'one model *',
  ),
];

export const mutations: readonly Mutation[] = [
  ...kernels,
  ...planned,
  ...emitted,
  ...lowered,
  ...run,
  ...initialization,
];
