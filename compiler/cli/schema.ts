import { declarationSchema } from '../schema.js';
import { prettyJson } from '../text.js';
import { defineCommand } from './command.js';

export const schemaCommand = defineCommand({
  name: 'schema',
  usage: '',
  summary: 'Prints the JSON schema of declarations, for editors and validators.',
  details: [],
  operands: [],
  options: {},
  examples: ['schema > nacre.schema.json'],
  run(_, __, { stdout }) {
    stdout.write(`${prettyJson(declarationSchema())}\n`);
    return Promise.resolve();
  },
});
