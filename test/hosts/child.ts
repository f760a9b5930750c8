// Prints the digest of the host that runs it, as JSON.
import { digest } from './digest.js';

process.stdout.write(JSON.stringify(await digest()));
