import { number, optional } from '../attributes.js';
import { defineInitializer } from './define.js';

export const zeros = defineInitializer('zeros', {
  options: {},
  aliases: ['zero', 'Zeros'],
  expand: () => ({ kind: 'constant', value: 0 }),
});

export const ones = defineInitializer('ones', {
  options: {},
  aliases: ['one', 'Ones'],
  expand: () => ({ kind: 'constant', value: 1 }),
});

/** Every element is `value`. */
export const constant = defineInitializer('constant', {
  options: { value: optional(number(), 0) },
  aliases: ['Constant'],
  main: 'value',
  expand: ({ value }) => ({ kind: 'constant', value }),
});
