import { number, optional } from '../attributes.js';
import { defineInitializer } from './define.js';

export const zeros = defineInitializer('zeros', { options: {}, expand: () => ({ kind: 'constant', value: 0 }) });

export const ones = defineInitializer('ones', { options: {}, expand: () => ({ kind: 'constant', value: 1 }) });

/** Every element is `value`. */
export const constant = defineInitializer('constant', {
  options: { value: optional(number(), 0) },
  main: 'value',
  expand: ({ value }) => ({ kind: 'constant', value }),
});
