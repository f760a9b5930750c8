import test from 'ava';
import { Harness, close, combinations, random } from './harness.js';

const harness = new Harness(`(f32x4.add (f32x4.add (local.get $value) (v128.load align=4 (local.get $bias)))
  (v128.load align=4 (local.get $residual)))`);

/** Panels [ceil(N / 8)][K][8] of a K × N matrix. */
function pack<T extends Float32Array | Int32Array>(source: T, K: number, N: number, strideK = N, strideN = 1): T {
  const Type = source.constructor as new (length: number) => T;
  const panels = new Type(Math.ceil(N / 8) * 8 * K);
  for (let n = 0; n < N; n++) {
    for (let k = 0; k < K; k++) panels[((n >> 3) * K + k) * 8 + (n & 7)] = source[k * strideK + n * strideN]!;
  }
  return panels;
}

/** Bit patterns that an f32 operation would change: signalling NaNs, payloads, subnormals, −0. */
function patterns(length: number): Int32Array {
  const awkward = [0x7f800001, 0x7fa12345, 0xffc00007 | 0, 0xff800001 | 0, 1, 0x80000000 | 0, 0x007fffff];
  return Int32Array.from({ length }, (_, i) => awkward[i % 7]! ^ ((i % 5) << 3));
}

const bits = (values: Float32Array) => [...new Int32Array(values.buffer)];

interface Packing {
  K: number;
  N: number;
  strideK: number;
  strideN: number;
  taps?: number;
  tapStride?: number;
  groups?: number;
  groupStride?: number;
}

/** Where each element of panels comes from; −1 past the last column. */
function sources({ K, N, strideK, strideN, taps = 1, tapStride = 0, groups = 1, groupStride = 0 }: Packing): number[] {
  const places: number[] = [];
  for (const [group, panel, tap, k, j] of combinations(
    ...[groups, Math.ceil(N / 8), taps, K, 8].map((size) => [...Array(size).keys()]),
  ) as [number, number, number, number, number][]) {
    const n = panel * 8 + j;
    places.push(n < N ? group * groupStride + tap * tapStride + k * strideK + n * strideN : -1);
  }
  return places;
}

const packings: Packing[] = combinations([0, 1, 3, 4, 9], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 19]).flatMap(([K, N]) =>
  [
    [N, 1],
    [1, K],
    [N! + 3, 1],
    [1, K! + 2],
    [2 * N! + 1, 2],
  ].map(([strideK, strideN]) => {
    return { K: K!, N: N!, strideK: strideK!, strideN: strideN! };
  }),
);
for (const [K, N, taps, groups] of combinations([1, 3, 4], [1, 5, 8, 11], [1, 2, 9], [1, 3]) as [
  number,
  number,
  number,
  number,
][]) {
  const outputsFirst = { strideK: taps, strideN: K * taps, tapStride: 1, groupStride: N * K * taps };
  const outputsLast = { strideK: groups * N, strideN: 1, tapStride: K * groups * N, groupStride: N };
  packings.push({ K, N, taps, groups, ...outputsFirst }, { K, N, taps, groups, ...outputsLast });
}

test('packGroups and unpackGroups move every bit', (t) => {
  for (const packing of packings) {
    const { K, N, strideK, strideN, taps = 1, tapStride = 0, groups = 1, groupStride = 0 } = packing;
    const label = JSON.stringify(packing);
    const from = sources(packing);
    const span = Math.max(0, ...from.map((place) => place + 1));
    const matrices = patterns(span);
    const panels = Int32Array.from(from, (place) => (place < 0 ? 0 : matrices[place]!));
    const sizes = [K, N, strideK, strideN, taps, tapStride, groups, groupStride];
    const packed = harness.run(t, {
      kernel: 'packGroups',
      inputs: [matrices],
      outputs: [panels.length],
      args: ([source], [target]) => [source!, target!, ...sizes],
    });
    t.deepEqual(bits(packed.outputs[0]!), [...panels], label);
    const unpacked = harness.run(t, {
      kernel: 'unpackGroups',
      inputs: [panels],
      outputs: [span],
      args: ([source], [target]) => [source!, target!, ...sizes],
    });
    const expected = new Int32Array(span).fill(0xa5a5a5a5 | 0);
    for (const place of from) if (place >= 0) expected[place] = matrices[place]!;
    t.deepEqual(bits(unpacked.outputs[0]!), [...expected], label);
    if (strideK !== 1 || taps * groups !== 1) continue;
    const columns = harness.run(t, {
      kernel: 'packColumns',
      inputs: [matrices],
      outputs: [panels.length],
      args: ([source], [target]) => [source!, target!, K, N, strideN],
    });
    t.deepEqual(bits(columns.outputs[0]!), [...panels], `columns ${label}`);
  }
});

test('transpose2d moves every bit', (t) => {
  const sizes = combinations([0, 1, 2], [0, 1, 3, 4, 6, 9], [0, 1, 2, 4, 5, 8, 11]) as [number, number, number][];
  for (const [batch, rows, columns] of sizes) {
    const x = patterns(batch * rows * columns);
    const expected = x.map((_, i) => {
      const b = Math.floor(i / (rows * columns));
      const [c, r] = [Math.floor((i % (rows * columns)) / rows), i % rows];
      return x[(b * rows + r) * columns + c]!;
    });
    const { outputs } = harness.run(t, {
      kernel: 'transpose2d',
      inputs: [x],
      outputs: [x.length],
      args: ([source], [target]) => [source!, target!, batch, rows, columns],
    });
    t.deepEqual(bits(outputs[0]!), [...expected], `${batch} × ${rows} × ${columns}`);
  }
});

test('swapAxes moves every bit', (t) => {
  const sizes = [
    ...combinations([0, 1, 2], [0, 1, 3], [0, 1, 2, 5], [1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 32, 33]),
    [3, 4, 5, 101],
  ] as [number, number, number, number][];
  for (const [batch, rows, columns, inner] of sizes) {
    const x = patterns(batch * rows * columns * inner);
    const expected = x.map((_, i) => {
      const [run, at] = [Math.floor(i / inner), i % inner];
      const b = Math.floor(run / (rows * columns));
      const [c, r] = [Math.floor((run % (rows * columns)) / rows), run % rows];
      return x[((b * rows + r) * columns + c) * inner + at]!;
    });
    const { outputs } = harness.run(t, {
      kernel: 'swapAxes',
      inputs: [x],
      outputs: [x.length],
      args: ([source], [target]) => [source!, target!, batch, rows, columns, inner],
    });
    t.deepEqual(bits(outputs[0]!), [...expected], [batch, rows, columns, inner].join(' × '));
  }
});

/** Runs `kernel` on an M × K by K × N product, rows `gapA` and `gapC` floats further apart than they are long. */
function product(M: number, K: number, N: number, gapA: number, gapC: number) {
  const lda = K + gapA;
  const ldc = N + gapC;
  const a = random(M ? (M - 1) * lda + K : 0, 1);
  const b = random(K * N, 2);
  const bias = random(N, 3);
  const residual = random(M ? (M - 1) * ldc + N : 0, 4);
  const expected = new Float32Array(residual.length).fill(new Float32Array(Int32Array.of(0xa5a5a5a5).buffer)[0]!);
  for (let m = 0; m < M; m++) {
    for (let n = 0; n < N; n++) {
      let sum = bias[n]! + residual[m * ldc + n]!;
      for (let k = 0; k < K; k++) sum += a[m * lda + k]! * b[k * N + n]!;
      expected[m * ldc + n] = sum;
    }
  }
  return {
    expected,
    call: (kernel: 'gemm' | 'matmul' | 'gemv') => ({
      kernel,
      inputs: [a, pack(b, K, N), bias, residual],
      outputs: [residual.length],
      slack: [2, 3],
      args: ([pa, pb, pBias, pResidual]: number[], [c]: number[]) =>
        [pa!, pb!, c!, pBias!, pResidual!, ...(kernel === 'gemv' ? [K, N] : [M, K, N, lda, ldc])] as number[],
    }),
  };
}

test('gemm', (t) => {
  const sizes = [
    ...combinations([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13], [0, 1, 5], [1, 4, 7, 8, 9, 20]),
    ...combinations([5, 14], [3], [0, 2, 3, 5, 6, 10, 11, 12, 13, 14, 15, 16]),
    ...combinations([47, 48, 49, 50, 51, 54, 55, 56, 57, 96, 103], [17], [9, 24]),
    ...combinations([47, 50, 56, 57, 58, 101], [1400], [9]),
  ] as [number, number, number][];
  for (const [M, K, N] of sizes) {
    for (const [gapA, gapC] of [
      [0, 0],
      [3, 5],
    ] as const) {
      const { call, expected } = product(M, K, N, gapA, gapC);
      const { outputs } = harness.run(t, call('gemm'));
      close(t, outputs[0]!, expected, `${M} × ${K} × ${N}, gaps ${gapA}, ${gapC}`, K > 1000 ? 2e-5 : 2e-6);
    }
  }
});

test('gemv and matmul sum as gemm does, bit for bit', (t) => {
  const sizes = combinations([0, 1, 2, 31], [0, 1, 3, 4, 5, 7, 8, 9, 16, 17, 23, 24, 25, 31, 32, 33, 40, 48, 52, 65]);
  for (const [K, N] of sizes as [number, number][]) {
    const { call, expected } = product(1, K, N, 0, 0);
    const gemm = harness.run(t, call('gemm')).outputs[0]!;
    close(t, gemm, expected, `gemm 1 × ${K} × ${N}`);
    for (const kernel of ['gemv', 'matmul'] as const) {
      t.deepEqual(harness.run(t, call(kernel)).outputs[0], gemm, `${kernel} ${K} × ${N}`);
    }
  }
  const { call, expected } = product(5, 7, 9, 1, 2);
  close(t, harness.run(t, call('matmul')).outputs[0]!, expected, 'matmul 5 × 7 × 9');
});

interface Batches {
  /** Positions along three axes. */
  sizes: [number, number, number];
  /** Along which axes the left and the right matrices change. */
  left: [0 | 1, 0 | 1, 0 | 1];
  right: [0 | 1, 0 | 1, 0 | 1];
}

const batches: Batches[] = [
  { sizes: [2, 3, 2], left: [1, 1, 1], right: [1, 1, 1] },
  { sizes: [2, 3, 2], left: [1, 0, 1], right: [0, 1, 0] },
  { sizes: [2, 3, 2], left: [0, 1, 1], right: [1, 0, 0] },
  { sizes: [1, 1, 4], left: [1, 1, 0], right: [1, 1, 1] },
  { sizes: [1, 2, 3], left: [1, 1, 1], right: [0, 0, 0] },
  { sizes: [2, 0, 3], left: [1, 1, 1], right: [1, 1, 1] },
];

const steps = (sizes: number[], moves: number[], step: number): number[] =>
  sizes.map(
    (_, axis) =>
      moves[axis]! * step * sizes.slice(axis + 1).reduce((all, size, i) => all * (moves[axis + 1 + i] ? size : 1), 1),
  );

test('batchedMatmul and packedMatmul give what gemm gives for each pair, bit for bit', (t) => {
  for (const { sizes, left, right } of batches) {
    for (const [M, K, N] of [
      [1, 5, 9],
      [3, 0, 9],
      [4, 9, 17],
      [0, 2, 3],
      [2, 3, 0],
    ] as const) {
      for (const transposed of [false, true]) {
        const [strideK, strideN] = transposed ? [1, K] : [N, 1];
        const [strideA, strideB, strideC] = [
          steps(sizes, left, M * K),
          steps(sizes, right, K * N),
          steps(sizes, [1, 1, 1], M * N),
        ];
        const positions = combinations(...sizes.map((size) => [...Array(size).keys()])).map((index) => {
          const at = (strides: number[]): number => index.reduce((sum, i, axis) => sum + i * strides[axis]!, 0);
          return { a: at(strideA), b: at(strideB), c: at(strideC) };
        });
        const span = (moves: number[]): number => sizes.reduce((all, size, axis) => all * (moves[axis] ? size : 1), 1);
        const a = random(span(left) * M * K, 1);
        const b = random(span(right) * K * N, 2);
        const bias = random(N, 3);
        const residual = random(positions.length * M * N, 4);
        const panels = Array.from({ length: span(right) }, (_, i) => [
          ...pack(b.subarray(i * K * N), K, N, strideK, strideN),
        ]);
        const panelFloats = Math.ceil(N / 8) * 8 * K;
        const expected = new Float32Array(residual.length);
        for (const position of positions) {
          const matrix = Float32Array.from(K * N === 0 ? [] : panels[position.b / (K * N)]!);
          const { outputs } = harness.run(t, {
            kernel: 'gemm',
            inputs: [
              a.subarray(position.a, position.a + M * K),
              matrix,
              bias,
              residual.subarray(position.c, position.c + M * N),
            ],
            outputs: [M * N],
            slack: [2, 3],
            args: ([pa, pb, pBias, pResidual], [c]) => [pa!, pb!, c!, pBias!, pResidual!, M, K, N, K, N],
          });
          expected.set(outputs[0]!, position.c);
        }
        const label = `${sizes.join()}; ${left.join()}; ${right.join()}: ${M} × ${K} × ${N}${transposed ? ' transposed' : ''}`;
        const walked = (strides: number[]): number[] =>
          sizes.flatMap((size, axis) => [size, strideA[axis]!, strides[axis]!, strideC[axis]!]);
        const batched = harness.run(t, {
          kernel: 'batchedMatmul',
          inputs: [a, b, bias, residual],
          outputs: [residual.length, panelFloats],
          slack: [2, 3],
          args: ([pa, pb, pBias, pResidual], [c, buffer]) => [
            pa!,
            pb!,
            c!,
            pBias!,
            pResidual!,
            buffer!,
            strideK,
            strideN,
            M,
            K,
            N,
            K,
            N,
            ...walked(strideB),
          ],
        });
        t.deepEqual(batched.outputs[0], expected, label);
        const packed = harness.run(t, {
          kernel: 'packedMatmul',
          inputs: [a, Float32Array.from(panels.flat()), bias, residual],
          outputs: [residual.length],
          slack: [2, 3],
          args: ([pa, pb, pBias, pResidual], [c]) => [
            pa!,
            pb!,
            c!,
            pBias!,
            pResidual!,
            M,
            K,
            N,
            K,
            N,
            ...walked(steps(sizes, right, panelFloats)),
          ],
        });
        t.deepEqual(packed.outputs[0], expected, `packed ${label}`);
      }
    }
  }
});

test('gatherRows', (t) => {
  const table = random(2 * 7 * 17, 1);
  const cases: [indices: number[], rows: number, columns: number, wrap: boolean, status: number][] = [
    [[], 7, 5, false, 0],
    [[0, 6, 3, 3], 7, 5, false, 0],
    [[0, -7, -1, 3], 7, 5, true, 0],
    [[6, 2], 7, 17, false, 0],
    [[2, 0, 1], 3, 1, false, 0],
    [[2, 0, 1], 3, 2, false, 0],
    [[1, 7, 0], 7, 5, false, 2],
    [[-1], 7, 5, false, 1],
    [[-7, -8], 7, 5, true, 2],
    [[0, 1, -2147483648], 7, 5, true, 3],
    [[0], 0, 5, false, 1],
    [[1, 1], 7, 0, false, 0],
  ];
  for (const [indices, rows, columns, wrap, status] of cases) {
    for (const [outer, wide] of combinations([1, 2], [0, 1]) as [number, number][]) {
      const source = table.slice(0, outer * rows * columns);
      const list = wide ? new Int32Array(BigInt64Array.from(indices, BigInt).buffer) : Int32Array.from(indices);
      const valid = indices.slice(0, status ? status - 1 : undefined);
      const tables = Array.from({ length: status ? 1 : outer }, (_, at) => at * rows);
      const { outputs, value } = harness.run(t, {
        kernel: 'gatherRows',
        inputs: [source, list],
        outputs: [tables.length * valid.length * columns],
        args: ([x, index], [y]) => [...[x!, index!, y!, outer, indices.length, rows, columns * 4, wide], wrap ? 1 : 0],
      });
      const label = `${indices.join()} of ${outer} × ${rows} × ${columns}, ${wide ? 'int64' : 'int32'}`;
      t.is(value, status, label);
      const expected = tables.flatMap((start) =>
        valid.flatMap((index) => {
          const row = start + (index < 0 ? index + rows : index);
          return [...source.subarray(row * columns, (row + 1) * columns)];
        }),
      );
      t.deepEqual([...outputs[0]!], expected, label);
    }
  }
});

test('gatherRows and copyRows move runs of any number of bytes', (t) => {
  const bytes = (values: Float32Array) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const x = random(160, 3);
  for (const run of [0, 1, 2, 3, 4, 5, 7, 8, 12, 15, 16, 20, 31, 40, 63, 64, 65, 80]) {
    const gathered = harness.run(t, {
      kernel: 'gatherRows',
      inputs: [x, Int32Array.of(1, 0, 6, 1)],
      outputs: [run],
      args: ([source, indices], [y]) => [source!, indices!, y!, 1, 4, 7, run, 0, 0],
    });
    const expected = [1, 0, 6, 1].flatMap((row) => [...bytes(x).subarray(row * run, (row + 1) * run)]);
    t.deepEqual([...bytes(gathered.outputs[0]!)], expected, `gather ${run}`);
    const copied = harness.run(t, {
      kernel: 'copyRows',
      inputs: [x],
      outputs: [run],
      args: ([source], [y]) => [source!, y!, 4, run, run + 3, run],
    });
    const rows = [0, 1, 2, 3].flatMap((row) => [...bytes(x).subarray(row * (run + 3), row * (run + 3) + run)]);
    t.deepEqual([...bytes(copied.outputs[0]!)], rows, `copy ${run}`);
  }
});
