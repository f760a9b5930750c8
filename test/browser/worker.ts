// For a browser: a module worker that compiles.
import { serveCompiler } from '../../compiler/worker/index.js';

serveCompiler();
