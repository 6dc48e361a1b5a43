import {
  type AlikeAnswer,
  type AlikeRuleName,
  FLAGS_VERSION,
  type FlagRules,
  findFlagged,
  type SignRuleName,
} from '../../domain/responses/flags.ts';
import { findSigns } from '../../domain/responses/signs.ts';
import type { Session } from '../database/client.ts';
import { columnsOf } from '../database/columns.ts';
import { statement } from '../database/statement.ts';
import { withCommit } from '../database/transaction.ts';
import type { Encryptable } from './insert-answers.ts';
import type { Print } from './response-row.ts';

/*
 * Flags of arriving answers (decisions 0172 and 0182). Prints, keyed hashes of what the rules compare, are kept for a week; what an
 * import brings has none, because its times are often those of a day. Signs of one answer are not kept.
 */

/** For how long an answer is compared with those that arrive; no rule's time is longer. */
const PRINTS_KEPT_MS = 8 * 24 * 3_600_000;
/** So many stored answers are read on each side of a new one. Of a text that one person repeats more often between others, they are all that is compared. */
const NEIGHBOURS = 200;
/** Of a burst, so many times those of the rule: each of them counts, and those of two transactions at once, which do not see each other, are completed by the next. */
const OF_BURST = 2;

const FORGET_PRINTS = statement(
  'flags_forget_prints',
  'DELETE FROM answer_print WHERE response_id = ANY ($1::uuid[])',
);
const FORGET = statement('flags_forget', 'DELETE FROM response_flag WHERE response_id = ANY ($1::uuid[])');
/**
 * Stores the prints, and reads the nearest answers before and after each given time, which are all that can complete a flag: an interval
 * of one time that has one of them has its neighbours. So the price of an arriving answer does not grow with the answers that are like it.
 * A row with no time to look around has none to read. What the statement itself stores is not read: the caller knows it.
 * It also says which of them are flagged already, so that a flood does not store its flags again with each answer.
 */
const COMPARE = statement(
  'flags_compare',
  `WITH given AS (SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[],
        $7::integer[], $8::text[]) AS g (id, print, person, at, since, until, most, rule)),
      printed AS (INSERT INTO answer_print (response_id, print, person, answered_at) SELECT id, print, person, at FROM given)
    SELECT p.print::text, p.response_id AS id, coalesce(p.person, p.response_id) AS person, p.answered_at AS "answeredAt",
      EXISTS (SELECT FROM response_flag f WHERE f.response_id = p.response_id AND f.rule = g.rule) AS flagged
    FROM given g CROSS JOIN LATERAL (
        (SELECT * FROM answer_print n WHERE n.print = g.print
          AND n.answered_at BETWEEN g.at AND g.until ORDER BY n.answered_at LIMIT g.most)
        UNION ALL
        (SELECT * FROM answer_print n WHERE n.print = g.print
          AND n.answered_at >= g.since AND n.answered_at < g.at ORDER BY n.answered_at DESC LIMIT g.most)) p
    WHERE g.until IS NOT NULL`,
);
const FLAG = statement(
  'flags_add',
  `INSERT INTO response_flag (response_id, rule, leaves_out, found)
    SELECT id, rule, leaves_out, found FROM json_to_recordset($1::json) AS f (id uuid, rule text, leaves_out boolean, found jsonb)
    ORDER BY id, rule ON CONFLICT DO NOTHING RETURNING response_id AS id, leaves_out AS "leavesOut"`,
);
const FORGET_OLD = statement('flags_forget_old', 'DELETE FROM answer_print WHERE recorded_at < $1');

/** A flag as it is stored. */
interface Flag {
  readonly id: string;
  readonly rule: AlikeRuleName | SignRuleName;
  readonly leaves_out: boolean;
  readonly found: object;
}

/**
 * Finds flags of new answers, by signs of a program, and of new and earlier ones that are alike; stores prints, in the caller's transaction.
 * `replaced`: those that had other content before.
 */
export async function findFlags(
  session: Session,
  rules: FlagRules,
  arrivals: readonly Encryptable[],
  replaced: readonly string[],
): Promise<Flag[]> {
  if (replaced.length > 0) await session.rows(FORGET_PRINTS, [replaced]);
  // What is said of a person who restricted the processing is not compared.
  const free = arrivals.filter(({ owner }) => !owner.restricted);
  return [...free.flatMap((row) => signFlags(rules, row)), ...(await flagAlike(session, rules, free))];
}

/** Stores the flags in place of those of what was replaced. Returns what is to be left out. */
export async function addFlags(
  session: Session,
  found: readonly Flag[],
  replaced: readonly string[],
): Promise<string[]> {
  if (replaced.length > 0) await session.rows(FORGET, [replaced]);
  if (found.length === 0) return [];
  const adding = session.rows<{ id: string; leavesOut: boolean }>(FLAG, [JSON.stringify(found)]);
  if (!found.some((flag) => flag.leaves_out)) {
    withCommit(adding);
    return [];
  }
  const flagged = await adding;
  return flagged.flatMap(({ id, leavesOut }) => (leavesOut ? [id] : []));
}

function signFlags(rules: FlagRules, { id, signs }: Encryptable): Flag[] {
  return findSigns(rules, signs ?? {}).map(({ rule, found }) => ({
    ...{ id, rule, leaves_out: rules[rule].action === 'leave-out' },
    found: { version: FLAGS_VERSION, ...found },
  }));
}

/** A print to be stored. */
interface Printed extends AlikeAnswer, Print {}

/** New answers that are alike, with the stored ones near them. */
interface Group {
  readonly rule: AlikeRuleName;
  readonly added: Printed[];
  readonly alike: AlikeAnswer[];
  /** Those of `alike` that have the flag already. */
  readonly flagged: Set<string>;
}

async function flagAlike(
  session: Session,
  rules: FlagRules,
  arrivals: readonly Encryptable[],
): Promise<Flag[]> {
  const groups = new Map<string, Group>();
  const given = new Set<string>();
  for (const row of arrivals)
    for (const print of row.prints) {
      given.add(`${row.id} ${print.print}`);
      const printed = printedOf(row, print);
      const group = groups.get(print.print);
      if (group) group.added.push(printed);
      else groups.set(print.print, { rule: print.rule, added: [printed], alike: [], flagged: new Set() });
    }
  if (groups.size === 0) return [];
  type Row = Omit<AlikeAnswer, 'answeredAt'> & { print: string; answeredAt: Date; flagged: boolean };
  const asked = [...groups.values()].flatMap((group) => nearTo(rules, group));
  const columns = columnsOf(asked, ['id', 'print', 'person', 'at', 'since', 'until', 'most', 'rule']);
  for (const { print, answeredAt, flagged, ...one } of await session.rows<Row>(COMPARE, columns)) {
    const group = groups.get(print);
    if (!group || given.has(`${one.id} ${print}`)) continue;
    group.alike.push({ ...one, answeredAt: answeredAt.getTime() });
    if (flagged) group.flagged.add(one.id);
  }
  return [...groups.values()].flatMap(({ rule, added, alike, flagged }) => {
    const { action, answers, seconds } = rules[rule];
    const stored = new Map(alike.map((one) => [one.id, one]));
    return [...findFlagged(rules[rule], [...added, ...stored.values()])]
      .filter(([id]) => !flagged.has(id))
      .map(([id, count]) => ({
        ...{ id, rule, leaves_out: action === 'leave-out' },
        found: { version: FLAGS_VERSION, answers, seconds, count },
      }));
  });
}

/** A burst is one of answers; a text is repeated by persons. */
const printedOf = ({ id, answeredAt, subject, owner }: Encryptable, { rule, print }: Print): Printed => ({
  ...{ id, rule, print, answeredAt: answeredAt.getTime() },
  person: rule === 'burst' || subject.lookups.length === 0 ? id : owner.id,
});

/** The rows of a group, each with how far before and after it is read: to the next one at most, and once for those of one time. */
function nearTo(rules: FlagRules, { rule, added }: Group) {
  const { seconds, answers } = rules[rule];
  const reach = seconds * 1000;
  const most = rule === 'burst' ? OF_BURST * answers : Math.max(NEIGHBOURS, 2 * answers);
  const ordered = added.length === 1 ? added : added.toSorted((a, b) => a.answeredAt - b.answeredAt);
  let next = Infinity;
  return ordered
    .map((one, i) => ({ one, before: ordered[i - 1]?.answeredAt ?? -Infinity }))
    .reverse()
    .map(({ one: { id, print, person, answeredAt: at }, before }) => {
      const row = { id, print, rule, person: person === id ? null : person, most, at: new Date(at) };
      if (before === at) return { ...row, since: null, until: null };
      const until = new Date(Math.min(at + reach, next));
      next = at;
      return { ...row, since: new Date(Math.max(at - reach, before)), until };
    });
}

/** Forgets prints that no arriving answer is compared with. */
export async function forgetPrints(session: Session, now: number): Promise<void> {
  await session.rows(FORGET_OLD, [new Date(now - PRINTS_KEPT_MS)]);
}
