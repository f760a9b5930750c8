// For the sandbox of @edge-runtime/vm, which evaluates scripts: gives the function that digests modules a global name.
import { digestAll } from '../loader.js';

Object.assign(globalThis, { digestAll });
