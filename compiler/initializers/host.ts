export type { HostInitializer, HostRandom } from '../../runtime/host.js';
