// A Deno server with the loader that `nacre compile` writes, which reads the module beside itself.
import load from './digits.js';
import { serve } from './serve.js';

serve(await load());
