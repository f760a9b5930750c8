/** For builds that run in pages and in Node: the file system is loaded where the module is on disk. */
import { openWith } from './files.js';

export const { openFile, openModule } = openWith(() => import('node:fs/promises'));
