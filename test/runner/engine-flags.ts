/**
 * V8's flags of test workers and of the programs that tests start: WebAssembly (the embedded database) stays as its first, fast
 * compiler leaves it. Optimising it takes about two CPU seconds for each process, which a test of a few seconds does not earn back.
 */
export const ENGINE_FLAGS = ['--liftoff-only'];

/** Only V8 of Node.js 20 has this flag; a newer Node.js refuses to start with it. */
const OPTIMISED_LATE = process.versions.node.startsWith('20.') ? ['--interrupt-budget=1000000'] : [];

/**
 * Those of the programs: their JavaScript is optimised 15 times later than usual. A server of a test lives some seconds, and spends
 * a third of a CPU second less on code that it runs only at its start (decision 0235).
 */
export const PROGRAM_FLAGS = [...ENGINE_FLAGS, ...OPTIMISED_LATE];
