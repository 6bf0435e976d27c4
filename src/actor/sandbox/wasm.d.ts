/** A `.wasm` import is a compiled module: Workers may not compile bytes at run time. */
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
