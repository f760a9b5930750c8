import type { Target } from '../../compiler/emit/library.js';
import type { Image } from '../../examples/face/image.js';
import type { PinnedPackages } from '../../examples/support/packages.js';

/** What models are tested with. */
export interface Resources {
  readonly packages: PinnedPackages;
  readonly targets: readonly Target[];
  readonly photo: Image;
}

/** What is said of an output, or of what is made of the outputs, in one line of the table. */
export interface Row {
  readonly name: string;
  readonly shape: readonly number[];
  /** By target. */
  readonly results: Readonly<Record<string, string>>;
  readonly status: '' | 'deviates' | 'informative';
}

export interface ModelReport {
  readonly rows: readonly Row[];
  /** Transposes that are computed at each call. */
  readonly transposes: number;
  readonly bytes: number;
  /** Milliseconds. */
  readonly compileTime: number;
  /** Milliseconds of a call, by target. */
  readonly times: Readonly<Record<string, number>>;
  readonly reference: string;
  /** Milliseconds that the reference takes for the same, on one thread. */
  readonly referenceTime: number;
  /** What went wrong besides rows that deviate. */
  readonly failures?: readonly string[];
}

/** A model that another runtime runs too. */
export interface TestedModel {
  readonly name: string;
  /** What it needs, as test/models/package.json pins it. */
  readonly packages: readonly string[];
  /** @throws Unavailable */
  run(resources: Resources): Promise<ModelReport>;
}

/** Why a model cannot be tested here. */
export class Unavailable extends Error {}
