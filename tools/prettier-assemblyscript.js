import * as plugin from 'prettier/plugins/typescript';

/**
 * AssemblyScript decorates functions (`@inline`, `@external(…)`), which TypeScript does not parse. A decorator on its own
 * line is parsed as a line comment of the same length and so printed back as it stands.
 */
const hideDecorators = (/** @type {string} */ text) => text.replace(/^([ \t]*)@\w(?=\w*(\(.*\))?[ \t]*$)/gm, '$1//');

const { typescript } = plugin.parsers;

export const parsers = {
  assemblyscript: {
    ...typescript,
    /** @type {import('prettier').Parser<unknown>['parse']} */
    parse: (text, options) => typescript.parse(hideDecorators(text), options),
  },
};
