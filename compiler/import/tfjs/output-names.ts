/** Outputs by their names, of operators that have several; functions name what they read so. */
export const outputNames: Readonly<Record<string, readonly string[]>> = Object.assign(
  Object.create(null) as Record<string, readonly string[]>,
  {
    FusedBatchNorm: ['y', 'batch_mean', 'batch_variance'],
    FusedBatchNormV2: ['y', 'batch_mean', 'batch_variance'],
    FusedBatchNormV3: ['y', 'batch_mean', 'batch_variance'],
    NonMaxSuppressionV4: ['selected_indices', 'valid_outputs'],
    NonMaxSuppressionV5: ['selected_indices', 'selected_scores', 'valid_outputs'],
    TopKV2: ['values', 'indices'],
    Unique: ['y', 'idx'],
  },
);
