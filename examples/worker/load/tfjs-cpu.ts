import '@tensorflow/tfjs-backend-cpu';
import { tfjsService } from './tfjs.js';

export default await tfjsService('cpu');
