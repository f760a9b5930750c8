/** For builds that only run in pages and workers. */
export { fetchFile as openFile, fetchModule as openModule } from './fetch.js';
