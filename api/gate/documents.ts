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
  Token,
  TokenKind,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { cut, cutMessage } from '../../domain/text/text.ts';
import { InvalidArgumentError } from '../errors.ts';
import { LIMIT_RULES, LIMITS } from '../limits.ts';
import { badInput, InvalidOperationError, withCode } from './invalid-operation.ts';
import { refuseRepeats } from './screen.ts';

/** Documents that are kept at most, and about how much memory all of them take. */
export const KEPT = 1_000;
export const KEPT_BYTES = 64_000_000;
/** Of a token of a parsed document with its part of the tree, and of what its cost is counted with. */
const TOKEN_BYTES = 400;
/** A token may be one character, and be followed by one. */
const LEAST_CHARACTERS = 2;
const MOST_MISTAKES = 5;
/** For longer texts similar names are not searched: that takes their length times that of each name. */
const LONGEST_TO_COMPARE = 100;
const OPENING = new Set<TokenKind>([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
/** The ignored characters before a comment, and the comment. */
const COMMENT = /[\t\n\r ,\uFEFF]*#[^\n\r]*/y;
const CLOSING = new Set<TokenKind>([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

const bytes = new WeakMap<DocumentNode, number>();

/** About how much memory a document takes as long as it is kept: its text is the smallest part of it. */
export function documentBytes(document: DocumentNode): number {
  const length = document.loc?.source.body.length ?? 0;
  return bytes.get(document) ?? bytesOf(length, length / LEAST_CHARACTERS);
}

const bytesOf = (characters: number, tokens: number): number =>
  Math.ceil(2 * characters + TOKEN_BYTES * (tokens + 1));

/** From the text of a document to the validated document; valid ones are cached. */
export class Documents {
  readonly #valid = new LRUCache<string, DocumentNode>({
    max: KEPT,
    maxSize: KEPT_BYTES,
    sizeCalculation: documentBytes,
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
    bytes.set(document, bytesOf(text.length, dropTokens(document)));
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

/**
 * Errors need the first token of a node, for its line; each token holds the next, so that any node would keep all
 * of them.
 * @returns how many there were
 */
function dropTokens({ loc }: DocumentNode): number {
  let token: Token | null | undefined = loc?.startToken;
  let count = 0;
  while (token) {
    count += 1;
    const linked: { prev: Token | null; next: Token | null } = token;
    token = token.next;
    linked.prev = null;
    linked.next = null;
  }
  return count;
}

/** graphql-js ends the comparison of fields that may be one field in the answer after so many steps, with these words alone. */
const ENDED = 'Validation aborted.';

const shortened = (error: GraphQLError, code: string): GraphQLError =>
  withCode(
    error,
    error.message === ENDED
      ? 'the document repeats too many fields of the same name: each two are compared; give them aliases, or ask for fewer'
      : cutMessage(error.message),
    code,
  );

/**
 * Refuses texts that are too long, that have too many tokens, or that are so nested that a recursive parser could
 * run out of stack.
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
  let count = 0;
  try {
    while (count <= LIMITS.tokens) {
      count += skipComments(lexer, LIMITS.tokens - count);
      const { kind, start, end } = lexer.advance();
      if (kind === TokenKind.EOF) break;
      count++;
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
  if (count > LIMITS.tokens)
    throw new InvalidArgumentError(`query: more than ${LIMITS.tokens} tokens, comments among them`);
  if (longest > LIMITS.text)
    throw new InvalidArgumentError(
      `query: a text or name of ${longest} characters; at most ${LIMITS.text}, longer ones are sent as variables`,
    );
  return longest;
}

/**
 * Moves the lexer past the comments before its next token: it would keep each as a token, which the parser's own
 * limit does not count.
 * @returns how many they are, at most one more than `most`
 */
function skipComments(lexer: Lexer, most: number): number {
  let { end } = lexer.token;
  let count = 0;
  while (count <= most) {
    COMMENT.lastIndex = end;
    if (!COMMENT.test(lexer.source.body)) break;
    end = COMMENT.lastIndex;
    count++;
  }
  if (count > 0) lexer.token = new Token(TokenKind.COMMENT, end, end, lexer.line, 0);
  return count;
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
