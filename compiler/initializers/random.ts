import { boolean, number, optional } from '../attributes.js';
import { defineInitializer } from './define.js';

/** Uniform over [low, high). */
export const uniform = defineInitializer('uniform', {
  options: { low: optional(number(), -0.05), high: optional(number(), 0.05) },
  aliases: ['random_uniform', 'randomUniform', 'RandomUniform'],
  check({ low, high }) {
    if (low > high) return `low must not be above high, got ${low} and ${high}`;
    const width = Math.fround(Math.fround(high) - Math.fround(low));
    return Number.isFinite(width) ? undefined : `high - low must be a finite 32-bit float, got ${high - low}`;
  },
  expand: ({ low, high }) => ({ kind: 'uniform', low, high }),
});

export const normal = defineInitializer('normal', {
  options: { mean: optional(number(), 0), std: optional(number({ min: 0 }), 0.05) },
  aliases: ['random_normal', 'randomNormal', 'RandomNormal'],
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
  aliases: ['TruncatedNormal'],
  check: ({ low, high }) => (low < high ? undefined : `low must be below high, got ${low} and ${high}`),
  expand: ({ mean, std, low, high, absolute }) => ({
    kind: 'truncatedNormal',
    mean,
    std,
    low: absolute ? low : mean + low * std,
    high: absolute ? high : mean + high * std,
  }),
});
