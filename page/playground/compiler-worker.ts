import { serve } from '../workers/rpc.js';
import { compilerFunctions } from './functions.js';

serve(compilerFunctions);
