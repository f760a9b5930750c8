/** How a model is read from its files; see `loadModel`. */
export interface LoadOptions {
  /** `name=value` for inputs of an ONNX model or a graph-model that are known. */
  readonly bind?: readonly string[] | undefined;
  /** A file with more tensors for a model that has none itself. */
  readonly tensors?: string | undefined;
  /** Sees each file that the model is made of, and those that would be one if they were there, before it is read. */
  readonly onRead?: (path: string) => void;
  /** Gives the default export of a .js, .mjs or .ts file; by default Node's `import` does. */
  readonly importDefault?: (path: string) => Promise<unknown>;
  /** What errors call the options; by default what the command line does. */
  readonly names?: { readonly bind: string; readonly tensors: string };
}

/** The same with nothing left out but `tensors`. */
export type Reading = Omit<Required<LoadOptions>, 'bind' | 'tensors'> & {
  readonly bind: readonly string[];
  readonly tensors: string | undefined;
};
