import { serve } from '../workers/rpc.js';
import { runnerFunctions } from './functions.js';

serve(runnerFunctions);
