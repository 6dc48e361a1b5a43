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
import { statement } from '../database/statement.ts';
import type { Arrival, Print } from './response-row.ts';

/*
 * Flags of arriving answers (decisions 0172 and 0182). Prints, keyed hashes of what the rules compare, are kept for a week; what an
 * import brings has none, because its times are often those of a day. Signs of one answer are not kept.
 */

/** For how long an answer is compared with those that arrive; no rule's time is longer. */
const PRINTS_KEPT_MS = 8 * 24 * 3_600_000;

const FORGET = [
  statement('flags_forget_prints', 'DELETE FROM answer_print WHERE response_id = ANY ($1::uuid[])'),
  statement('flags_forget', 'DELETE FROM response_flag WHERE response_id = ANY ($1::uuid[])'),
];
const PRINT = statement(
  'flags_print',
  `INSERT INTO answer_print (response_id, rule, print, person, answered_at)
    SELECT id, rule, decode(print, 'hex'), person, answered_at
    FROM json_to_recordset($1::json) AS p (id uuid, rule text, print text, person uuid, answered_at timestamptz)
    ORDER BY id, rule ON CONFLICT (response_id, rule) DO UPDATE SET print = excluded.print, person = excluded.person,
      answered_at = excluded.answered_at`,
);
const ALIKE = statement(
  'flags_alike',
  `SELECT p.rule, encode(p.print, 'hex') AS print, p.response_id AS id, p.person, p.answered_at AS "answeredAt"
    FROM json_to_recordset($1::json) AS g (rule text, print text, since timestamptz, until timestamptz)
      JOIN answer_print p ON p.rule = g.rule AND p.print = decode(g.print, 'hex') AND p.answered_at BETWEEN g.since AND g.until`,
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
 * Flags new answers with signs of a program; compares all with those before them and with each other, and flags what the rules find, also
 * among earlier ones; in the caller's transaction. `replaced`: those that had other content before, whose flags go. Returns what is to be left out.
 */
export async function flagArrivals(
  session: Session,
  rules: FlagRules,
  arrivals: readonly Arrival[],
  replaced: readonly string[],
): Promise<string[]> {
  if (replaced.length > 0) for (const forget of FORGET) await session.rows(forget, [replaced]);
  // What is said of a person who restricted the processing is not compared.
  const free = arrivals.filter(({ owner }) => !owner.restricted);
  const found = [...free.flatMap((row) => signFlags(rules, row)), ...(await flagAlike(session, rules, free))];
  if (found.length === 0) return [];
  const flagged = await session.rows<{ id: string; leavesOut: boolean }>(FLAG, [JSON.stringify(found)]);
  return flagged.flatMap(({ id, leavesOut }) => (leavesOut ? [id] : []));
}

function signFlags(rules: FlagRules, { id, signs }: Arrival): Flag[] {
  return findSigns(rules, signs ?? {}).map(({ rule, found }) => ({
    ...{ id, rule, leaves_out: rules[rule].action === 'leave-out' },
    found: { version: FLAGS_VERSION, ...found },
  }));
}

async function flagAlike(session: Session, rules: FlagRules, arrivals: readonly Arrival[]): Promise<Flag[]> {
  const prints = new Map<string, ReturnType<typeof printOf>>();
  for (const row of arrivals)
    for (const print of row.prints) prints.set(`${row.id} ${print.rule}`, printOf(row, print));
  if (prints.size === 0) return [];
  const rows = [...prints.values()];
  await session.rows(PRINT, [JSON.stringify(rows)]);
  return findAlike(session, rules, rows);
}

/** A burst is one of answers; a text is repeated by persons. */
const printOf = ({ id, answeredAt, subject, owner }: Arrival, { rule, print }: Print) => ({
  ...{ id, rule, print, answered_at: answeredAt },
  person: rule === 'burst' || subject.lookups.length === 0 ? id : owner.id,
});

async function findAlike(
  session: Session,
  rules: FlagRules,
  rows: readonly ReturnType<typeof printOf>[],
): Promise<Flag[]> {
  const asked = new Map<string, { rule: AlikeRuleName; print: string; since: number; until: number }>();
  for (const { rule, print, answered_at } of rows) {
    const [at, reach] = [answered_at.getTime(), rules[rule].seconds * 1000];
    const known = asked.get(`${rule} ${print}`);
    const since = Math.min(known?.since ?? at, at - reach);
    const until = Math.max(known?.until ?? at, at + reach);
    asked.set(`${rule} ${print}`, { rule, print, since, until });
  }
  const given = [...asked.values()].map((one) => ({
    ...one,
    since: new Date(one.since),
    until: new Date(one.until),
  }));
  type Row = Omit<AlikeAnswer, 'answeredAt'> & { rule: AlikeRuleName; print: string; answeredAt: Date };
  const groups = new Map<string, { readonly rule: AlikeRuleName; readonly alike: AlikeAnswer[] }>();
  for (const { rule, print, answeredAt, ...one } of await session.rows<Row>(ALIKE, [JSON.stringify(given)])) {
    const group = groups.get(`${rule} ${print}`) ?? { rule, alike: [] };
    group.alike.push({ ...one, answeredAt: answeredAt.getTime() });
    groups.set(`${rule} ${print}`, group);
  }
  return [...groups.values()].flatMap(({ rule, alike }) => {
    const { action, answers, seconds } = rules[rule];
    return [...findFlagged(rules[rule], alike)].map(([id, count]) => ({
      ...{ id, rule, leaves_out: action === 'leave-out' },
      found: { version: FLAGS_VERSION, answers, seconds, count },
    }));
  });
}

/** Forgets prints that no arriving answer is compared with. */
export async function forgetPrints(session: Session, now: number): Promise<void> {
  await session.rows(FORGET_OLD, [new Date(now - PRINTS_KEPT_MS)]);
}
