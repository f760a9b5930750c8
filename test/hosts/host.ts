/** Hashes by name. */
export type Hashes = Readonly<Record<string, string>>;

export type Target = 'baseline' | 'relaxed';

/** A network that every host runs once for either target. It has one input, of float32. */
export interface Network {
  readonly name: string;
  /** The modules, beside `modules.json`. */
  readonly files: Readonly<Record<Target, string>>;
  /** For `initialize`, below 2⁵³; null where the values of the parameters travel with the module. */
  readonly seed: number | null;
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values: readonly number[];
}

/** `modules.json`: the files of the compiled modules, and what to run them on. */
export interface Modules {
  readonly networks: readonly Network[];
  /** Of the graphs with every initializer, for either target. */
  readonly initialized: readonly { readonly group: string; readonly baseline: string; readonly relaxed: string }[];
  /** For the baseline target, with the shapes of their inputs. */
  readonly forwards: readonly {
    readonly name: string;
    readonly file: string;
    readonly shapes: readonly (readonly number[])[];
  }[];
}

/** What a network came to. */
export interface Run {
  /** SHA-256, in hexadecimal, of the bits of all parameters in the manifest's order, each in its canonical layout. */
  readonly parameters: string;
  /** The bits of the only output, one number a value. */
  readonly outputs: readonly number[];
}

/** Runs by the network's name; relaxed is null where the engine has no relaxed SIMD. */
export type Runs = Readonly<Record<string, { readonly baseline: Run; readonly relaxed: Run | null }>>;

/** An error that was thrown in a host. */
export interface Thrown {
  readonly name: string;
  readonly message: string;
}

/** What the loader, `nacre/runtime`, came to. */
export interface LoaderRun {
  readonly baseline: Run;
  /** The error where the engine has no relaxed SIMD. */
  readonly relaxed: Run | Thrown;
  /** Which of the two it took where it was given both. */
  readonly chosen: Target;
}

export interface LoaderDigest {
  readonly networks: Readonly<Record<string, LoaderRun>>;
  /** How the host gives modules to the loader: `imported` where it compiles no bytes. */
  readonly given: 'bytes' | 'imported';
  /** The error for the bytes of an empty module. */
  readonly empty: Thrown;
}

/** What a host made of the modules. What it cannot run is left out, and `note` says why. */
export interface Digest {
  /** By docs/abi.md alone, without a line of the runtime. */
  readonly networks: Runs;
  /** By the loader, for hosts with modules of JavaScript. */
  readonly loader?: LoaderDigest;
  /** Of `initialized`, called as in golden.ts: the first 64 bits of their SHA-256. */
  readonly parameters?: Hashes;
  /** Null where the engine has no relaxed SIMD. */
  readonly relaxedParameters?: Hashes | null;
  /** Of `forwards`, in SHA-256, every NaN as 0x7fc00000. */
  readonly outputs?: Hashes;
  readonly note?: string;
}

/** What a host made of the modules, and what it calls itself. */
export interface HostDigest extends Digest {
  readonly version: string;
  readonly engine: string;
  /** The hash of the modules that the host compiled; missing where it only runs them. */
  readonly modules?: string;
}

export interface Host {
  readonly name: string;
  /**
   * Digests what stands in the folder: the modules, `modules.json`, and the guests as NAME.mjs. A host that is not to be
   * had tells why; one that throws has failed.
   */
  readonly digest: (folder: string) => Promise<HostDigest | string>;
}
