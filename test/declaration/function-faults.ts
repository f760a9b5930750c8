import { graphWith, type Faults, type Fields } from './sources.js';

const swish = { name: 'swish', options: { beta: 1 }, source: 'export function apply(x: f32, beta: f32): f32 …' };
const functions = (...list: readonly unknown[]): Fields => graphWith({ functions: list });
const act = (fields: Fields): Fields =>
  graphWith({ functions: [swish], layers: [{ name: 'act', kind: 'elementwise', function: 'swish', ...fields }] });

export const functionFaults: Faults = {
  functions: [
    [graphWith({ functions: {} }), ['/functions', 'declaration: functions must be a list, got {}']],
    [functions('swish'), ['/functions/0', `functions[0]: a function must be an object, got 'swish'`]],
    [functions({ source: '' }), ['/functions/0', `functions[0]: needs 'name'`]],
    [
      functions({ ...swish, name: 'a.b' }),
      [
        '/functions/0/name',
        `functions[0]: name must be of letters, digits, '_' and '-', parts joined by '/', got 'a.b'`,
      ],
    ],
    [functions(swish, swish), ['/functions/1/name', `functions[1]: the name 'swish' is taken by functions[0]`]],
    [
      functions({ ...swish, option: 3, source: 7 }),
      ['/functions/0/option', `swish: unknown field 'option'; did you mean 'options'?`],
      ['/functions/0/source', 'swish: source must be text, got 7'],
    ],
    [functions({ name: 'swish' }), ['/functions/0', `swish: needs 'source', AssemblyScript`]],
    [
      functions({ ...swish, options: [1] }),
      ['/functions/0/options', 'swish: options must be numbers by name, got [1]'],
    ],
    [
      functions({ ...swish, options: { beta: '1', '2nd': 2, Inf: Infinity } }),
      ['/functions/0/options/beta', `swish: beta must be a finite number, got '1'`],
      [
        '/functions/0/options/2nd',
        `swish: an option's name must be of letters, digits and '_', not a digit first, got '2nd'`,
      ],
      ['/functions/0/options/Inf', 'swish: Inf must be a finite number, got Infinity'],
    ],
  ],
  'calls of functions': [
    [
      act({ function: 'swash' }),
      ['/layers/0/function', `act: function 'swash' is not among the functions; did you mean 'swish'?`],
    ],
    [act({ function: undefined }), ['/layers/0', `act: needs 'function', the name of a function`]],
    [act({ function: 3 }), ['/layers/0/function', 'act: function must be the name of a function, got 3']],
    [
      act({ options: { bata: 1 } }),
      ['/layers/0/options/bata', `act: swish has no option 'bata'; did you mean 'beta'?`],
    ],
    [act({ options: { beta: '1' } }), ['/layers/0/options', `act: options must be numbers by name, got {"beta":"1"}`]],
    [act({ from: [] }), ['/layers/0/from', 'act: takes at least 1 input, got 0']],
    [
      graphWith({ functions: [{ ...swish, source: 1 }], layers: [{ kind: 'elementwise', function: 'swish' }] }),
      ['/functions/0/source', 'swish: source must be text, got 1'],
    ],
  ],
};
