// Prints the hash of the modules that the Node running it compiles.
import { compileModules, hashOf } from './modules.js';

process.stdout.write(hashOf(await compileModules()));
