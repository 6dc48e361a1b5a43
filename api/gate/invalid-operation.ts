import { type ASTNode, GraphQLError } from 'graphql';

/** GraphQL's own objection to an operation: its syntax, its fields, its name or its variables. */
export class InvalidOperationError extends Error {
  override readonly name = 'InvalidOperationError';
  readonly errors: readonly GraphQLError[];

  constructor(errors: readonly GraphQLError[]) {
    super(errors[0]?.message);
    this.errors = errors;
  }
}

/** The error with another message, under a code. */
export function withCode({ source, positions }: GraphQLError, message: string, code: string): GraphQLError {
  return new GraphQLError(message, { source, positions, extensions: { code } });
}

/** An error at a location of the document, or about the whole of it. */
export function badInput(message: string, code = 'BAD_USER_INPUT', nodes?: ASTNode): GraphQLError {
  return new GraphQLError(message, { ...(nodes ? { nodes } : {}), extensions: { code } });
}
