const { Instance, Module, validate } = WebAssembly;

interface HostFaults {
  readonly validate?: (bytes: Uint8Array) => boolean;
  /** What compiling throws. */
  readonly refusal?: unknown;
  /** Whether compiling these bytes throws it; by default all do. */
  readonly refuses?: (bytes: Uint8Array) => boolean;
  /** What instantiating throws. */
  readonly instance?: unknown;
}

/** Runs something on a host that refuses something. */
export function onHost<T>(faults: HostFaults, action: () => T): T {
  const compiling = (bytes: Uint8Array): void => {
    if ('refusal' in faults && (faults.refuses?.(bytes) ?? true)) throw faults.refusal;
  };
  Object.assign(WebAssembly, {
    validate: faults.validate ?? validate,
    Module: new Proxy(Module, {
      construct: (target, [bytes]: [Uint8Array<ArrayBuffer>]) => (compiling(bytes), new target(bytes)),
    }),
    Instance: new Proxy(Instance, {
      construct: (target, [module]: [WebAssembly.Module]) => {
        if ('instance' in faults) throw faults.instance;
        return new target(module);
      },
    }),
  });
  try {
    return action();
  } finally {
    Object.assign(WebAssembly, { Instance, Module, validate });
  }
}

/** Faults of a host that does not know an instruction, neither in a module nor in any bytes that have it. */
export function withoutOpcodes(module: Uint8Array, opcode: readonly number[]): HostFaults {
  const uses = (bytes: Uint8Array): boolean => bytes === module || Buffer.from(bytes).includes(Buffer.from(opcode));
  return {
    validate: (bytes) => !uses(bytes) && validate(bytes as Uint8Array<ArrayBuffer>),
    refusal: new WebAssembly.CompileError('invalid opcode'),
    refuses: uses,
  };
}
