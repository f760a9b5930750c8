/** Where the axes of […kernel, in, out] are stored: as they stand, or as [out, in, …kernel]. */
export const axesOf = (rank: number, outputsFirst: boolean): readonly number[] =>
  Array.from({ length: rank }, (_, axis) =>
    !outputsFirst || rank < 2 ? axis : axis < rank - 2 ? axis + 2 : rank - 1 - axis,
  );

export const inverse = (permutation: readonly number[]): readonly number[] =>
  permutation.map((_, axis) => permutation.indexOf(axis));
