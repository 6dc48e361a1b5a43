/*
 * What a log keeps of an error. Errors quote callers' data: PGlite's carry the parameters of the statement,
 * PostgreSQL's the offending row, JSON.parse the text, Neo4j the value of a property. So only what is listed
 * here is copied.
 */

/** The part of an error that contains none of the values that caused it. */
export interface ErrorFacts {
  readonly type: string;
  readonly code?: string;
  readonly message: string;
  /** The frames, without the message. */
  readonly stack?: string;
  /** PostgreSQL's own names: no values. */
  readonly table?: string;
  readonly constraint?: string;
  readonly cause?: ErrorFacts;
  /** The first error of an AggregateError. */
  readonly errors?: readonly ErrorFacts[];
}

const LONGEST_MESSAGE = 300;
const LONGEST_NAME = 80;
const FRAMES = 12;
const CAUSES = 4;
const TOGETHER = 3;

/** The facts of an error; for other thrown values, only the kind of value. */
export function errorFacts(error: unknown, depth = 0): ErrorFacts {
  if (!(error instanceof Error))
    return { type: typeof error, message: 'a value was thrown that is not an error' };
  const { code, table, constraint, originalError } = error as Error & Record<string, unknown>;
  const stack = framesOf(error);
  const cause = error.cause ?? originalError;
  const within = depth < CAUSES;
  return {
    type: nameOf(error),
    ...(isCode(code) ? { code: String(code) } : {}),
    message: safeMessage(error),
    ...(stack === '' ? {} : { stack }),
    ...(isSqlState(error) && typeof table === 'string' ? { table: table.slice(0, LONGEST_NAME) } : {}),
    ...(isSqlState(error) && typeof constraint === 'string'
      ? { constraint: constraint.slice(0, LONGEST_NAME) }
      : {}),
    ...(within && cause instanceof Error ? { cause: errorFacts(cause, depth + 1) } : {}),
    ...(within && error instanceof AggregateError
      ? { errors: error.errors.slice(0, TOGETHER).map((one) => errorFacts(one, depth + 1)) }
      : {}),
  };
}

/** The message without quoted values, cut. */
export function safeMessage(error: unknown): string {
  if (!(error instanceof Error)) return errorFacts(error).message;
  return cut(fixedText(error) ?? withoutValues(error));
}

/** The message for the person at the terminal: it may repeat that person's input, but nothing that is stored. */
export function terminalMessage(error: Error): string {
  return fixedText(error) ?? error.message;
}

/** A text about an error, such as "API keys: MESSAGE", with the error's message made safe. */
export function safeText(text: string, error: Error): string {
  const { message } = error;
  if (message !== '' && text.includes(message)) return cut(text.replace(message, () => safeMessage(error)));
  return cut(text);
}

/** Messages of these SQLSTATE classes concern the server or the statement; values are bound separately. */
const TELLING = new Set(['08', '25', '28', '3D', '40', '42', '53', '55', '57', '58']);
const SQLSTATE_TEXTS: Readonly<Record<string, string>> = {
  '22': 'a value is not one that its column or function takes',
  '23': 'a row breaks a constraint',
  '54': 'a value or a statement exceeds a limit of the database',
  P0: 'a trigger or function refused',
  XX: 'an internal error of the database',
};

/** A fixed text for errors whose message quotes values in ways that cannot be removed; null for the others. */
function fixedText(error: Error): string | null {
  const { code, issues } = error as Error & Record<string, unknown>;
  if (isSqlState(error)) {
    const state = String(code).slice(0, 2);
    if (TELLING.has(state)) return null;
    return SQLSTATE_TEXTS[state] ?? `the database refused, with SQLSTATE ${String(code)}`;
  }
  if (typeof code === 'string' && code.startsWith('Neo.')) return 'Neo4j refused; the code says why';
  if (Array.isArray(issues)) return `${issues.length} things do not fit their schema`;
  // Drizzle's error: the statement and its parameters, with the database's error as cause.
  if ('params' in error || 'parameters' in error) return 'a statement failed';
  return null;
}

/** Errors of PostgreSQL and PGlite: five characters with a digit among them; system error codes begin with E. */
function isSqlState(error: Error): boolean {
  const { code } = error as Error & Record<string, unknown>;
  return typeof code === 'string' && /^[0-9A-DF-Z][0-9A-Z]{4}$/.test(code) && /[0-9]/.test(code);
}

function isCode(code: unknown): code is string | number {
  return typeof code === 'number' || (typeof code === 'string' && /^[\w.-]{1,80}$/.test(code));
}

function nameOf(error: Error): string {
  const name = error.name === 'Error' || error.name === 'error' ? error.constructor.name : error.name;
  return /^[\w.$]{1,80}$/.test(name) ? name : 'Error';
}

const QUOTE = /["'`“”‘’«»]/;

/**
 * Errors of the language, of Node.js and of graphql-js, which name values at the end: "Invalid time zone
 * specified: X".
 */
const NATIVE = new Set([
  'RangeError',
  'SyntaxError',
  'TypeError',
  'URIError',
  'ReferenceError',
  'AssertionError',
  'GraphQLError',
]);

function withoutValues({ name, message }: Error): string {
  const text = withoutQuotes(message.startsWith('Cannot convert ') ? 'Cannot convert a value' : message);
  if (!NATIVE.has(name)) return text;
  const ends = [': ', ' Received '].map((mark) => text.indexOf(mark)).filter((at) => at !== -1);
  return ends.length === 0 ? text : text.slice(0, Math.min(...ends));
}

/**
 * The text without everything between its first and its last quotation mark: quoted text may contain quotation
 * marks.
 */
function withoutQuotes(text: string): string {
  const first = text.search(QUOTE);
  if (first === -1) return text;
  let last = text.length - 1;
  while (!QUOTE.test(text.charAt(last))) last -= 1;
  return `${text.slice(0, first)}…${last > first ? text.slice(last + 1) : ''}`;
}

function cut(text: string): string {
  const line = text.replace(/[\r\n]+/g, ' ');
  return line.length <= LONGEST_MESSAGE ? line : `${line.slice(0, LONGEST_MESSAGE)}…`;
}

const FRAME = /^ {4}at [^"'`]{1,300}$/;

/** The frames of the stack: its head repeats the message, and generated code has names chosen by callers. */
function framesOf({ stack, message }: Error): string {
  if (typeof stack !== 'string') return '';
  const head = stack.indexOf(message);
  return (head === -1 ? stack : stack.slice(head + message.length))
    .split('\n', FRAMES + 40)
    .filter(
      (line) =>
        FRAME.test(line) &&
        !line.includes('eval at') &&
        /:\d+:\d+\)?$|\(native\)$|<anonymous>\)?$/.test(line),
    )
    .slice(0, FRAMES)
    .join('\n');
}
