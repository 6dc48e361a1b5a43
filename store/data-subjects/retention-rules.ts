import type { Retained, RetentionRule } from '../../domain/privacy/retention.ts';
import type { NoteChange } from '../audit/audit.ts';
import type { Session, Store } from '../database/client.ts';
import { statement } from '../database/statement.ts';

/* Rules of retention that people set, beside those of the configuration. */

/** A rule that a person set, and why. */
interface SetRule extends RetentionRule {
  readonly id: number;
  readonly actorName: string;
  readonly reason: string;
  readonly recordedAt: Date;
}

/** A rule of the configuration, or one that a person set. */
export type ShownRule = RetentionRule & Partial<Omit<SetRule, keyof RetentionRule>>;

/** A change of a rule; null withdraws it. */
export interface RuleChange extends Retained {
  readonly keep: string | null;
  readonly actor: string;
  readonly actorName: string;
  readonly reason: string;
}

const IN_FORCE = statement(
  'retention_rules',
  `SELECT * FROM (SELECT DISTINCT ON (source, field, dimension) id, source, field AS what, dimension, keep, actor_name AS "actorName", reason,
      recorded_at AS "recordedAt" FROM retention_rule ORDER BY source, field, dimension, id DESC) last WHERE keep IS NOT NULL ORDER BY id`,
);
const ADD = statement(
  'retention_rules_add',
  `INSERT INTO retention_rule (source, field, dimension, keep, actor, actor_name, reason) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
);

/** The rules that were set and not withdrawn. */
export function readSetRules(session: Session): Promise<SetRule[]> {
  return session.rows<SetRule>(IN_FORCE, []);
}

/** Sets or withdraws a rule; the retention agent follows it from its next run on. Returns the rules that are in force then. */
export function changeRule(store: Store, change: RuleChange, note: NoteChange): Promise<SetRule[]> {
  return store.transaction(async (session) => {
    const { source, what, dimension, keep, actor, actorName, reason } = change;
    await session.rows(ADD, [source, what, dimension, keep, actor, actorName, reason]);
    await note(session, { source, what, dimension, keep, reason });
    return readSetRules(session);
  });
}
