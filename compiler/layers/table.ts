/** Every kind of layer, by the name of its export. */
export { dense } from './dense.js';
