import { randomBytes } from 'node:crypto';
import { isProtected, mayBeProtected, type Scope } from '../../domain/access/scope.ts';
import type { Cell, CellDictionary, Segment } from '../../domain/segments/cell.ts';
import { quoted } from '../../domain/text/text.ts';
import type { NoteChange } from '../../store/audit/audit.ts';
import { type CellSets, putBiLogin } from '../../store/bi/logins.ts';
import { loginOf } from '../../store/bi/names.ts';
import { grantStatements, withRoleChange } from '../../store/bi/roles.ts';
import { scramVerifier } from '../../store/bi/scram.ts';
import type { Session, Store } from '../../store/database/client.ts';
import type { Policies } from './policies.ts';
import type { ScopeOf } from './scope-of.ts';

const PASSWORD_BYTES = 24;
const SALT_BYTES = 16;

/** What decides what a key sees over SQL. */
export interface SqlRights {
  readonly policies: Policies;
  readonly scopeOf: ScopeOf;
  /** Roles that may send only trusted documents. */
  readonly trustedOnly: readonly string[];
  readonly cells: CellDictionary;
}

interface KeyRights {
  readonly role: string;
  readonly attributes: Segment;
}

/** What a refused login sees. */
export const NOTHING: CellSets = { score: '{}', response: '{}', prediction: '{}' };

/**
 * What a key of that role and with these attributes sees over SQL, or why it gets no login. SQL is refused to callers of small
 * cells: a caller who adds and subtracts rows freely finds single persons in sums (docs/guides/small-cells.md).
 */
export function sqlRightsOf(
  { policies, scopeOf, trustedOnly, cells }: SqlRights,
  { role, attributes }: KeyRights,
): { readonly sees: CellSets; readonly refused: string | null } {
  const refuse = (refused: string) => ({ sees: NOTHING, refused });
  if (!policies.roles.includes(role)) return refuse(`the role ${role} is in no policy`);
  const unknown = Object.keys(attributes).find(
    (name) => !policies.dimensions.some(({ attribute }) => attribute === name),
  );
  if (unknown !== undefined)
    return refuse(`the key is limited by ${unknown}, which is not a configured dimension`);
  if (trustedOnly.includes(role))
    return refuse(
      `the role ${role} may only send trusted documents (limits.trustedOnly), and SQL is any query`,
    );
  const scope = scopeOf(role, attributes);
  if (scope.grant('readScore') === 'none')
    return refuse(`the role ${role} may not read scores (readScore): a key for BI needs them`);
  if (mayBeProtected(scope, 'readScore', ['surveyed']))
    return refuse(
      `the role ${role} reads scores of answers that it may not read one by one (readScore without readResponse). Such callers get ` +
        `sums of at least ${scope.smallestCount} answers only, which SQL could divide. Give the key readResponse, or use the ` +
        'files over HTTP (/bi/NAME.csv), which keep small cells',
    );
  return { sees: setsOf(scope, cells), refused: null };
}

function setsOf(scope: Scope, cells: CellDictionary): CellSets {
  const setOf = (all: boolean, sees: (cell: Cell) => boolean) =>
    all
      ? '{(,)}'
      : `{${cells
          .all()
          .filter(sees)
          .map(({ id }) => `[${id},${id}]`)
          .join(',')}}`;
  const answers = scope.allowsAll('readResponse');
  const reads = (cell: Cell) => scope.allows('readResponse', cell);
  return {
    // Of a scope that changes between the check and here, protected cells are left out one by one.
    score: setOf(
      scope.allowsAll('readScore') && (answers || scope.smallestCount <= 1),
      (cell) => scope.allows('readScore', cell) && !isProtected(scope, cell, 'surveyed'),
    ),
    response: setOf(answers, reads),
    prediction: setOf(
      answers && scope.allowsAll('readPrediction'),
      (cell) => reads(cell) && scope.allows('readPrediction', cell),
    ),
  };
}

/** A login that was made. */
export interface GrantedLogin {
  readonly login: string;
  /** Shown once; PostgreSQL stores what follows from it. */
  readonly password: string;
  /** What an administrator must run, if this user may not; else empty. */
  readonly statements: readonly string[];
}

/**
 * Gives the key a login of PostgreSQL, or its login another password. `note` is called in the same transaction.
 * @throws Error saying why the key gets none.
 */
export async function grantSqlLogin(
  rights: SqlRights & { readonly store: Store },
  key: KeyRights & { readonly id: string; readonly name: string; readonly expiresAt: Date | null },
  note: NoteChange,
): Promise<GrantedLogin> {
  const { store } = rights;
  const { sees, refused } = sqlRightsOf(rights, key);
  if (refused !== null) throw new Error(`the key ${quoted(key.name)} gets no SQL login: ${refused}`);
  const { id: keyId, role, attributes, expiresAt } = key;
  const login = loginOf(keyId);
  const password = randomBytes(PASSWORD_BYTES).toString('base64url');
  const verifier = scramVerifier(password, randomBytes(SALT_BYTES));
  const statements = await grantStatements(store, { login, verifier, expiresAt });
  const record = async (session: Session) => {
    await putBiLogin(session, { login, keyId, role, attributes, ...sees });
    await note(session, { login, key: `ApiKey:${keyId}` });
  };
  const isDone = await withRoleChange(store, statements, record);
  if (!isDone) await store.transaction(record);
  return { login, password, statements: isDone ? [] : statements };
}
