export type { HostFunctions, HostInitializer, HostRandom } from '../../runtime/host.js';
