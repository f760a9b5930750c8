// For a browser's dedicated worker: posts the digest of the modules to the page that started it.
import { answer } from './served.js';

postMessage(await answer());
