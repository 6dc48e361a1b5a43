import type { Scope } from '../../domain/access/scope.ts';
import { majorUnits } from '../../domain/outcomes/money.ts';
import type { CellDictionary } from '../../domain/segments/cell.ts';
import type { ScopedSession, Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';
import { allOf, resolved } from '../encryption/merged.ts';
import type { SubjectEncryption } from '../encryption/subject-encryption.ts';
import { isSeen, type Seen, seenBy } from './cell-set.ts';
import { type MomentCursor, newestFirst } from './decisions.ts';

/*
 * The accounts that the account watch found at risk or with potential, by name. Its decisions hold an internal id and yes or no only
 * (decision 0139); here the account is named to callers who may see the respondents of every cell that it is in (decision 0143).
 */

/** A sum of one currency, in its main unit. */
export interface Money {
  readonly currency: string;
  readonly amount: number;
}

/** An account with the latest decision of the account watch about it. */
export interface WatchedAccount {
  /** The alert or case that was asked for; null in the list of all. */
  readonly about: string | null;
  readonly cause: 'risk' | 'potential';
  /** When it was first found, without having been over since; null: it is over. */
  readonly since: Date | null;
  /** Stands for the account in the order of the list, and leads back to nothing. */
  readonly place: string;
  readonly decision: string;
  readonly decidedAt: Date;
  /** As the agent stored them. */
  readonly inputs: unknown;
  /** A cell that it is in; null: no answer and no outcome of it is left. */
  readonly cellId: number | null;
  /** The alert that is open, and a case of any alert about it that is. */
  readonly alert: string | null;
  readonly case: string | null;
  /** Pseudonym. */
  readonly account: string | null;
  /** Who owns it by the latest outcome that says so. */
  readonly owner: string | null;
  /** Payments less refunds of the year before. */
  readonly money: readonly Money[];
}

export interface WatchedDeps {
  readonly store: ScopedSession;
  /** The owner's: no scoped view leads from an account to its answers. What is returned is restricted by the scope. */
  readonly record: Session;
  readonly encryption: SubjectEncryption;
  readonly cells: CellDictionary;
}

interface Found {
  readonly about: string | null;
  readonly key: string;
  readonly accountId: string;
  readonly since: Date | null;
  readonly place: string;
  readonly cellId: number | null;
  readonly alert: string | null;
  readonly case: string | null;
}

const AGENT = 'account-watch';
const isOver = `(s.state ->> 'absent' IS DISTINCT FROM '0' OR s.state ->> 'since' IS NULL)`;
/** What the watch knows of its keys: "account <id> <cause>". */
const WATCHED = `SELECT s.key, split_part(s.key, ' ', 2)::uuid AS account, split_part(s.key, ' ', 3) AS cause, md5(s.key)::uuid AS place,
    CASE WHEN NOT ${isOver} THEN (s.state ->> 'since')::timestamptz END AS since
  FROM agent_state s WHERE s.agent = '${AGENT}' AND starts_with(s.key, 'account ')`;
const exists = (what: string, more = 'true') =>
  `EXISTS (SELECT FROM ${what} o WHERE o.account_id = ANY (${allOf('w.account')}) AND ${more})`;
/** Whether every cell of the account is among those of the parameter; null: of everything. */
const isWithin = (parameter: number) => {
  const cells = `$${parameter}::int4multirange`;
  const outside = `NOT ${cells} @> o.cell_id`;
  return `(${cells} IS NULL OR (NOT ${exists('response', outside)} AND NOT ${exists('outcome', outside)}
    AND (${exists('response')} OR ${exists('outcome')})))`;
};
const COLUMNS = `w.key, w.account AS "accountId", w.since, w.place,
  coalesce((SELECT r.cell_id FROM response r WHERE r.account_id = ANY (${allOf('w.account')}) LIMIT 1),
    (SELECT o.cell_id FROM outcome o WHERE o.account_id = ANY (${allOf('w.account')}) AND NOT o.restricted LIMIT 1)) AS "cellId",
  (SELECT a.id FROM alert a WHERE a.key = '${AGENT}/' || w.key AND a.state IN ('OPEN', 'ACKNOWLEDGED')) AS alert,
  (SELECT c.id FROM alert a JOIN case_record c ON c.cause = 'Alert:' || a.id AND c.state <> 'CLOSED'
    WHERE a.key = '${AGENT}/' || w.key ORDER BY c.opened_at DESC, c.id DESC LIMIT 1) AS case`;
const FROM = `FROM (${WATCHED}) w JOIN subject_key k ON k.id = w.account AND NOT k.restricted`;
/** $1: cells of rows of agents that the caller sees; these rows are about everything. $2: cells of respondents that they see. */
const VISIBLE = `${isSeen(`'{(,)}'::int4multirange`, 1)} AND ${isWithin(2)}`;
const PAGE = statement(
  'watched_accounts_page',
  `SELECT NULL AS about, ${COLUMNS} ${FROM} WHERE ${VISIBLE} AND w.since IS NOT NULL AND ${resolved('w.account')} = w.account AND ($3::text IS NULL OR w.cause = $3) AND (w.since, w.place) < ($4, $5::uuid)
    ORDER BY w.since DESC, w.place DESC LIMIT $6`,
);
/** $3: alerts, $4: cases. */
const ASKED = `SELECT 'Alert:' || a.id AS about, a.key FROM alert a WHERE a.id = ANY ($3::uuid[])
  UNION ALL SELECT 'Case:' || c.id, a.key FROM case_record c
    JOIN alert a ON a.id = CASE WHEN starts_with(c.cause, 'Alert:') THEN substr(c.cause, length('Alert:') + 1)::uuid END
    WHERE c.id = ANY ($4::uuid[])`;
const ABOUT = statement(
  'watched_accounts_about',
  `SELECT y.about, ${COLUMNS} ${FROM} JOIN (${ASKED}) y ON y.key = '${AGENT}/' || w.key WHERE ${VISIBLE} ORDER BY y.about`,
);
const DECISIONS = statement(
  'watched_account_decisions',
  `SELECT k.key, d.id, d.inputs, d.decided_at AS "decidedAt" FROM unnest($1::text[]) AS k (key)
    CROSS JOIN LATERAL (SELECT * FROM agent_decision d WHERE d.agent = '${AGENT}' AND d.key = k.key AND ${isSeen('d.cells', 2)}
      ORDER BY d.decided_at DESC, d.id DESC LIMIT 1) d`,
);
const MONEY = statement(
  'watched_account_money',
  `SELECT a.id AS "accountId", o.currency, sum(CASE o.kind WHEN 'PAYMENT' THEN o.amount ELSE -o.amount END)::float8 AS units
    FROM unnest($1::uuid[]) AS a (id) JOIN outcome o ON o.account_id = ANY (${allOf('a.id')})
    WHERE o.kind IN ('PAYMENT', 'REFUND') AND NOT o.restricted
      AND o.at < $2 AND o.at >= $2::timestamptz - interval '1 year' GROUP BY 1, 2 ORDER BY 1, 2`,
);
/** A correction replaces its outcome, so the latest is what holds. */
const OWNERS = statement(
  'watched_account_owners',
  `SELECT DISTINCT ON (a.id) a.id AS "accountId", o.id, coalesce(o.subject_id, o.account_id) AS "keeperId", o.owner,
      o.content_hash AS "contentHash"
    FROM unnest($1::uuid[]) AS a (id) JOIN outcome o ON o.account_id = ANY (${allOf('a.id')})
    WHERE o.kind = 'OWNER_CHANGED' AND NOT o.restricted AND o.at <= $2 ORDER BY a.id, o.at DESC, o.id DESC`,
);

interface OwnerRow {
  readonly accountId: string;
  readonly id: string;
  readonly keeperId: string;
  readonly owner: string | null;
  readonly contentHash: string;
}

/** What a caller sees of agents' rows, and the cells whose respondents and answers they see. */
const rightsOf = ({ cells }: WatchedDeps, scope: Scope): [Seen, Seen] => [
  seenBy(scope, cells),
  seenBy(scope, cells, ['readResponse', 'readRespondent']),
];

/** The accounts that are at risk or have potential by the latest decision, the newest first; up to `limit`. */
export async function readWatchedAccounts(
  deps: WatchedDeps,
  scope: Scope,
  query: {
    /** Null: both. */
    readonly cause: 'risk' | 'potential' | null;
    readonly after: MomentCursor | null;
    readonly limit: number;
    readonly asOf: Date;
  },
): Promise<WatchedAccount[]> {
  const { at, id } = newestFirst(query.after);
  const parameters = [...rightsOf(deps, scope), query.cause, at, id, query.limit];
  return detailed(deps, scope, await deps.record.rows<Found>(PAGE, parameters), query.asOf);
}

/** The accounts that these alerts and cases are about, also where it is over: those that the caller may see. */
export async function readAccountsOf(
  deps: WatchedDeps,
  scope: Scope,
  asked: { readonly alerts: readonly string[]; readonly cases: readonly string[]; readonly asOf: Date },
): Promise<WatchedAccount[]> {
  const parameters = [...rightsOf(deps, scope), asked.alerts, asked.cases];
  return detailed(deps, scope, await deps.record.rows<Found>(ABOUT, parameters), asked.asOf);
}

async function detailed(
  deps: WatchedDeps,
  scope: Scope,
  found: readonly Found[],
  asOf: Date,
): Promise<WatchedAccount[]> {
  if (found.length === 0) return [];
  const ids = [...new Set(found.map(({ accountId }) => accountId))];
  const decisions = await deps.store.rows<{ key: string; id: string; inputs: unknown; decidedAt: Date }>(
    DECISIONS,
    [found.map(({ key }) => key), seenBy(scope, deps.cells)],
  );
  const money = await deps.record.rows<{ accountId: string; currency: string; units: number }>(MONEY, [
    ids,
    asOf,
  ]);
  const owners = await deps.record.rows<OwnerRow>(OWNERS, [ids, asOf]);
  const keepers = await deps.encryption.subjects(owners.map(({ keeperId }) => keeperId));
  const accounts = await deps.encryption.merged(ids);
  const ownerOf = (account: string): string | null => {
    const row = owners.find(({ accountId }) => accountId === account);
    const keeper = row && keepers.get(row.keeperId);
    if (!row?.owner || !keeper) return null;
    return deps.encryption.openOutcome(keeper, 'owner', { row: row.id, version: row.contentHash }, row.owner);
  };
  return found.flatMap(({ key, accountId, ...row }) => {
    const decision = decisions.find((one) => one.key === key);
    if (!decision) return [];
    return {
      ...row,
      cause: key.endsWith(' risk') ? 'risk' : 'potential',
      decision: decision.id,
      decidedAt: decision.decidedAt,
      inputs: decision.inputs,
      account: accounts.get(accountId)?.pseudonym ?? null,
      owner: ownerOf(accountId),
      money: money
        .filter((sum) => sum.accountId === accountId)
        .map(({ currency, units }) => ({ currency, amount: majorUnits(units, currency) })),
    };
  });
}
