// Prints milliseconds of one compile after the other in a new process.
import { times } from './page.js';

process.stdout.write(JSON.stringify(await times(Number(process.argv[2]))));
