// A Deno server that imports the compiled module. Outside this repository, import from 'npm:nacre/runtime/forward'.
import source digits from './digits.wasm';
import { instantiateSync } from '../../runtime/forward.js';
import { serve } from './serve.js';

serve(instantiateSync(digits));
