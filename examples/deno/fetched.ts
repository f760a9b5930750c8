// A Deno server that fetches the module as a file beside itself. Outside this repository, import from 'npm:nacre/runtime/forward'.
import { instantiate } from '../../runtime/forward.js';
import type { Digits } from '../digits/service.js';
import { serve } from './serve.js';

const response = await fetch(new URL('digits.wasm', import.meta.url));
serve(await instantiate<Digits>(await response.arrayBuffer()));
