import type { ErrorFacts } from '../domain/errors/error-facts.ts';

/** Where a build leaves the function that finds the lines of the sources (cli/build/source-maps.mjs). */
const MAPPER = Symbol.for('scoreline.stack-of-sources');

/** The stack with the lines of the sources. As it is where the sources themselves run. */
export function sourceStack(stack: string): string {
  const mapper = (globalThis as unknown as Record<symbol, unknown>)[MAPPER];
  return typeof mapper === 'function' ? String(mapper(stack)) : stack;
}

/** The facts with such stacks, those of causes included. */
export function withSourceStacks(facts: ErrorFacts): ErrorFacts {
  const { stack, cause, errors } = facts;
  return {
    ...facts,
    ...(stack === undefined ? {} : { stack: sourceStack(stack) }),
    ...(cause === undefined ? {} : { cause: withSourceStacks(cause) }),
    ...(errors === undefined ? {} : { errors: errors.map(withSourceStacks) }),
  };
}
