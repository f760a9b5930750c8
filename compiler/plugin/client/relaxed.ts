/** Whether the engine has relaxed SIMD: it takes a function of one instruction of it, `f32x4.relaxed_madd`. */
export const hasRelaxed = (): boolean =>
  WebAssembly.validate(
    Uint8Array.of(
      ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 9, 1, 7, 0, 0, 253, 133, 2, 26, 11],
    ),
  );
