import { parsers as typescript } from 'prettier/plugins/typescript';

/**
 * AssemblyScript decorates functions (`@inline`, `@external(…)`), which TypeScript does not parse. A decorator on its own
 * line is parsed as a line comment of the same length and so printed back as it stands.
 */
const hideDecorators = (/** @type {string} */ text) => text.replace(/^([ \t]*)@\w(?=\w*(\(.*\))?[ \t]*$)/gm, '$1//');

/** @type {import('prettier').Plugin['parsers']} */
export const parsers = {
  assemblyscript: {
    ...typescript.typescript,
    parse: (text, options) => typescript.typescript.parse(hideDecorators(text), options),
  },
};
