/** The loader that `writeDigits` of module.ts writes. */
declare module '*/digits.js' {
  // A module that is declared cannot import relatively.
  // eslint-disable-next-line @typescript-eslint/consistent-type-imports
  type Net = import('../../runtime/forward.js').ForwardModel<import('./service.js').Digits>;
  /** Only of loaders that import the module. */
  export function loadSync(): Net;
  export default function load(): Promise<Net>;
}
