/**
 * V8's flags of test workers and of the programs that tests start: WebAssembly (the embedded database) stays as its first, fast
 * compiler leaves it. Optimising it takes about two CPU seconds for each process, which a test of a few seconds does not earn back.
 */
export const ENGINE_FLAGS = ['--liftoff-only'];
