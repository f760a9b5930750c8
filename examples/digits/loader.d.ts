/** The loader that `writeDigits` of module.ts writes. */
declare module '*/digits.js' {
  type Net = import('../../runtime/forward.js').ForwardModel<import('./service.js').Digits>;
  /** Only of loaders that import the module. */
  export function loadSync(): Net;
  export default function load(): Promise<Net>;
}
