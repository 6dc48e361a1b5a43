import {
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  Lexer,
  type OperationDefinitionNode,
  parse,
  Source,
  specifiedRules,
  TokenKind,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { cut, cutMessage } from '../../domain/text/text.ts';
import { InvalidArgumentError } from '../errors.ts';
import { LIMIT_RULES, LIMITS } from '../limits.ts';
import { badInput, InvalidOperationError, withCode } from './invalid-operation.ts';
import { refuseRepeats } from './screen.ts';

const KEPT = 1_000;
const KEPT_CHARACTERS = 1_000_000;
const MOST_MISTAKES = 5;
/** For longer texts similar names are not searched: that takes their length times that of each name. */
const LONGEST_TO_COMPARE = 100;
const OPENING = new Set<TokenKind>([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const CLOSING = new Set<TokenKind>([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/** From the text of a document to the validated document; valid ones are cached. */
export class Documents {
  readonly #valid = new LRUCache<string, DocumentNode>({
    max: KEPT,
    maxSize: KEPT_CHARACTERS,
    sizeCalculation: (_, text) => text.length,
  });

  /**
   * Equal texts give the same document, because its compiled form and cost are cached by it.
   * @param suggests whether mistakes may be answered with names of the schema
   * @throws InvalidArgumentError if it exceeds a limit, InvalidOperationError
   */
  read(schema: GraphQLSchema, text: string, suggests: boolean): DocumentNode {
    const known = this.#valid.get(text);
    if (known) return known;
    const longest = refuseNesting(text);
    const document = parsed(text);
    refuseRepeats(document);
    const errors = validate(schema, document, [...specifiedRules, ...LIMIT_RULES], {
      maxErrors: MOST_MISTAKES,
      hideSuggestions: !suggests || longest > LONGEST_TO_COMPARE,
    });
    if (errors.length > 0)
      throw new InvalidOperationError(errors.map((error) => shortened(error, 'GRAPHQL_VALIDATION_FAILED')));
    this.#valid.set(text, document);
    return document;
  }
}

function parsed(text: string): DocumentNode {
  try {
    return parse(text, { maxTokens: LIMITS.tokens });
  } catch (error) {
    throw new InvalidOperationError([shortened(error as GraphQLError, 'GRAPHQL_PARSE_FAILED')]);
  }
}

const shortened = (error: GraphQLError, code: string): GraphQLError =>
  withCode(error, cutMessage(error.message), code);

/**
 * Refuses texts that are too long, or so nested that a recursive parser could run out of stack.
 * @returns the length of the longest token
 * @throws InvalidArgumentError saying which limit.
 */
export function refuseNesting(text: string): number {
  if (text.length > LIMITS.document)
    throw new InvalidArgumentError(
      `query: ${text.length} characters; at most ${LIMITS.document}, and values may be sent as variables`,
    );
  const lexer = new Lexer(new Source(text));
  let longest = 0;
  let depth = 0;
  try {
    for (let count = 0; count <= LIMITS.tokens; count++) {
      const { kind, start, end } = lexer.advance();
      if (kind === TokenKind.EOF) break;
      longest = Math.max(longest, end - start);
      if (OPENING.has(kind)) depth++;
      if (CLOSING.has(kind)) depth--;
      if (depth > LIMITS.nesting) break;
    }
  } catch {
    // The parser reports invalid tokens.
  }
  if (depth > LIMITS.nesting)
    throw new InvalidArgumentError(`query: nested deeper than ${LIMITS.nesting} levels`);
  if (longest > LIMITS.text)
    throw new InvalidArgumentError(
      `query: a text or name of ${longest} characters; at most ${LIMITS.text}, longer ones are sent as variables`,
    );
  return longest;
}

/**
 * The requested operation, or graphql-js's message if there is none; an empty name counts as none.
 * @throws InvalidOperationError
 */
export function operationOf(document: DocumentNode, name: string | null): OperationDefinitionNode {
  const found = getOperationAST(document, name);
  if (found) return found;
  if (name !== null) throw unresolved(`Unknown operation named "${cut(name)}".`);
  const several = document.definitions.some(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  throw unresolved(
    several
      ? 'Must provide operation name if query contains multiple operations.'
      : 'Must provide an operation.',
  );
}

const unresolved = (message: string) =>
  new InvalidOperationError([badInput(message, 'OPERATION_RESOLUTION_FAILURE')]);
