/** A static import of a `.wasm` file is a compiled module in a Worker. */
declare module '*.wasm' {
  const module: WebAssembly.Module;
  export default module;
}

/** Of a file that is not code, an `ArrayBuffer` with its bytes. */
declare module '*.bin' {
  const data: ArrayBuffer;
  export default data;
}

declare module '*/topology.json' {
  const artifacts: Readonly<Record<string, unknown>>;
  export default artifacts;
}
