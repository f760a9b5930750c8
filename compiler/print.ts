/**
 * Text forms of the stages, for people and for golden tests: the same input gives the same text. The text form of a
 * module is `compile(…, { text: true }).text`.
 */
import type { GraphDeclaration } from './declaration.js';
import { prettyJson } from './text.js';

export { printTensorGraph } from './print/graph.js';
export { printPlan } from './print/plan.js';

/** JSON that parses to the same declaration. */
export const printDeclaration = (declaration: GraphDeclaration): string => `${prettyJson(declaration)}\n`;
