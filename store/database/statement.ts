/** A statement that the server prepares once per connection under its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
  /**
   * A small write that reading needs, or that must always be possible: it may use the disk reserve of the
   * embedded database.
   */
  readonly isSmall?: true;
  /** Maintenance of a whole table: the embedded database's engine may be silent for any time meanwhile. */
  readonly isLong?: true;
}

type Options = Pick<Statement, 'isSmall' | 'isLong'>;

const byName = new Map<string, Statement>();

/**
 * A named statement. Call it once for each, when the module is loaded: test/integration/statements.test.ts prepares all of them.
 * @throws Error when another statement has the name: a connection would run the one that it prepared first.
 */
export function statement(name: string, text: string, options: Options = {}): Statement {
  if (byName.has(name)) throw new Error(`two statements have the name ${name}; give each its own`);
  const made: Statement = { name, text, ...options };
  byName.set(name, made);
  return made;
}

/** A statement that is planned at each run: what runs once, or what cannot be prepared. */
export function unnamed(text: string, options: Options = {}): Statement {
  return { name: '', text, ...options };
}

/** The named statements of the modules that are loaded. */
export function namedStatements(): readonly Statement[] {
  return [...byName.values()];
}
