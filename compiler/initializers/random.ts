import { boolean, number, optional } from '../attributes.js';
import { defineInitializer } from './define.js';

/** Uniform over [low, high). */
export const uniform = defineInitializer('uniform', {
  options: { low: optional(number(), -0.05), high: optional(number(), 0.05) },
  aliases: ['random_uniform', 'randomUniform'],
  check: ({ low, high }) => (low <= high ? undefined : `low must not be above high, got ${low} and ${high}`),
  expand: ({ low, high }) => ({ kind: 'uniform', low, high }),
});

export const normal = defineInitializer('normal', {
  options: { mean: optional(number(), 0), std: optional(number({ min: 0 }), 0.05) },
  aliases: ['random_normal', 'randomNormal'],
  expand: ({ mean, std }) => ({ kind: 'normal', mean, std }),
});

/** A normal distribution cut at `low` and `high`, in standard deviations from the mean, or as values if `absolute`. */
export const truncatedNormal = defineInitializer('truncatedNormal', {
  options: {
    mean: optional(number(), 0),
    std: optional(number({ above: 0 }), 0.05),
    low: optional(number(), -2),
    high: optional(number(), 2),
    absolute: optional(boolean(), false),
  },
  check: ({ low, high }) => (low < high ? undefined : `low must be below high, got ${low} and ${high}`),
  expand: ({ mean, std, low, high, absolute }) => ({
    kind: 'truncatedNormal',
    mean,
    std,
    low: absolute ? low : mean + low * std,
    high: absolute ? high : mean + high * std,
  }),
});
