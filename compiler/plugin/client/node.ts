/** For builds that run in Node: what is no file on disk is fetched. */
import { readFile } from 'node:fs/promises';
import { openWith } from './files.js';

export const { openFile, openModule } = openWith(() => Promise.resolve({ readFile }));
