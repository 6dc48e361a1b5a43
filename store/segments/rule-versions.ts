import { compileRules, type RulesInForce } from '../../domain/segments/apply-rules.ts';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import type { SegmentRules } from '../../domain/segments/segment-rules.ts';
import type { NoteChange } from '../audit/audit.ts';
import type { Session, Store } from '../database/client.ts';
import { statement } from '../database/statement.ts';

/*
 * Versions of segment rules (decision 0162). Arriving answers are filed by the newest at once; each key says by which version its answer
 * was filed, and a job files those again that are behind (store/segments/refile.ts).
 */

/** A version as stored. */
export interface RuleVersion {
  readonly id: number;
  /** As given. */
  readonly config: string;
  readonly rules: SegmentRules;
  /** The version that it undoes. */
  readonly undoes: number | null;
  readonly actorName: string;
  readonly reason: string;
  readonly recordedAt: Date;
  /** How many stored answers were filed by it so far, and how many of them changed their cell. */
  readonly seen: number;
  readonly moved: number;
  /** How many stayed because a legal hold covers their segment, or because a dimension does not declare the value. */
  readonly held: number;
  readonly undeclared: number;
  /** Null while stored answers are being filed again. */
  readonly appliedAt: Date | null;
}

const COLUMNS = `id, config, rules, undoes, actor_name AS "actorName", reason, recorded_at AS "recordedAt", seen, moved, held, undeclared,
  applied_at AS "appliedAt"`;
const ALL = statement('segment_rules_all', `SELECT ${COLUMNS} FROM segment_rules ORDER BY id`);
const NEWEST = statement('segment_rules_newest', 'SELECT max(id) AS id FROM segment_rules');
const ONE = statement('segment_rules_one', `SELECT ${COLUMNS} FROM segment_rules WHERE id = $1`);
const ADD = statement(
  'segment_rules_add',
  `INSERT INTO segment_rules (config, rules, undoes, actor, actor_name, reason) VALUES ($1, $2::jsonb, $3, $4, $5, $6) RETURNING id`,
);

/** Every version, the first one first. */
export function readRuleVersions(session: Session): Promise<RuleVersion[]> {
  return session.rows<RuleVersion>(ALL, []);
}

/** The version of that number, or null. */
export async function readRuleVersion(session: Session, id: number): Promise<RuleVersion | null> {
  return (await session.rows<RuleVersion>(ONE, [id]))[0] ?? null;
}

/** The number of the newest version; 0: there is none. */
export async function newestRules(session: Session): Promise<number> {
  return (await session.rows<{ id: number | null }>(NEWEST, []))[0]?.id ?? 0;
}

/** Rules to be put in force, and by which caller. */
export interface NewRules extends Pick<RuleVersion, 'config' | 'rules' | 'undoes' | 'actorName' | 'reason'> {
  readonly actor: string;
}

/** Puts rules in force: arriving answers follow them from now on, and the stored ones are filed again by the job. */
export function addRules(store: Store, added: NewRules, note?: NoteChange): Promise<RuleVersion> {
  const { config, rules, undoes, actor, actorName, reason } = added;
  return store.transaction(async (session) => {
    const values = [config, JSON.stringify(rules), undoes, actor, actorName, reason];
    const [row] = await session.rows<{ id: number }>(ADD, values);
    await note?.(session, { version: row?.id, undoes, reason });
    const version = await readRuleVersion(session, row?.id ?? 0);
    if (!version) throw new Error('the segment rules were not stored');
    return version;
  });
}

/** For how long a process files by the rules that it knows: what a newer version misses so, the job files again. */
const KNOWN_MS = 1_000;

/** The rules in force, in memory. */
export class RulesRegistry {
  readonly #dimensions: readonly Dimension[];
  #current: RulesInForce | null = null;
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(dimensions: readonly Dimension[]) {
    this.#dimensions = dimensions;
  }

  /** As last read; null: none. */
  get current(): RulesInForce | null {
    return this.#current;
  }

  /** Reads the newest version, unless that was done within a second. */
  async refresh(session: Session, now: number): Promise<void> {
    if (now >= this.#readAt && now < this.#readAt + KNOWN_MS) return;
    await this.read(session);
    this.#readAt = now;
  }

  /** Reads the newest version. */
  async read(session: Session): Promise<RulesInForce | null> {
    const newest = await newestRules(session);
    if (newest === (this.#current?.version ?? 0)) return this.#current;
    const version = await readRuleVersion(session, newest);
    this.#current = version && {
      version: version.id,
      ...compileRules(version.rules, this.#dimensions),
    };
    return this.#current;
  }
}
