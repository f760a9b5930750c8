/** A static import of a `.wasm` file is a compiled module in a Worker. */
declare module '*.wasm' {
  const module: WebAssembly.Module;
  export default module;
}
