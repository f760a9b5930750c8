/** A model that a library cannot compute: its column has no figures, which is no failure. */
export class Unsupported extends Error {}
