import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { EVERYTHING, type Scope, visibleCells } from '../../domain/access/scope.ts';
import { type CellDictionary, normaliseSegment, type Segment } from '../../domain/segments/cell.ts';
import { type CellSet, SEEN_BY } from '../../store/agents/cell-set.ts';
import type { Session } from '../../store/database/client.ts';
import { listTargets, type TargetRow } from '../../store/targets/targets.ts';

/** What a role with these attributes sees now; null for one that is not known any more. */
export type ScopeOf = (role: string, attributes: Segment) => Scope | null;

/** Those who get one weekly text: callers who see everything, or targets of one role with the same limits. */
export interface Audience {
  /** The end of the key of its decisions. */
  readonly name: string;
  /** Weeks that ended before are not written for it. Epoch milliseconds. */
  readonly since: number;
  /** Which cells' answers its text counts. */
  readonly cells: CellSet;
}

const ALL = 'all';

/** Equal for targets of one role with the same limits; says neither. */
const nameOf = ({ role, attributes }: Pick<TargetRow, 'role' | 'attributes'>): string =>
  createHash('sha256')
    .update(canonicalize([role, normaliseSegment(attributes)]) ?? '')
    .digest('hex')
    .slice(0, 16);

const seesAll = (scope: Scope) => SEEN_BY.every((group) => scope.allowsAll(group));

/** The targets that get narratives, each with the name of its audience; those that see nothing now have none. */
async function readAddressees(session: Session, scopeOf: ScopeOf) {
  const targets = await listTargets(session);
  return targets.flatMap((target) => {
    const scope = target.events.includes('narrative.written')
      ? scopeOf(target.role, target.attributes)
      : null;
    return scope ? [{ target, scope, name: seesAll(scope) ? ALL : nameOf(target) }] : [];
  });
}

/** All who get a weekly text of their own; those who see everything come last, so that theirs is the newest. */
export async function readAudiences(
  session: Session,
  dictionary: CellDictionary,
  scopeOf: ScopeOf,
): Promise<Audience[]> {
  const found = new Map<string, Audience>();
  for (const { target, scope, name } of await readAddressees(session, scopeOf)) {
    if (name === ALL || found.has(name)) continue;
    const cells = visibleCells(scope, SEEN_BY, dictionary, {}).map(({ id }) => id);
    // The list of targets begins with the oldest.
    if (cells.length > 0) found.set(name, { name, since: target.createdAt.getTime(), cells });
  }
  return [...found.values(), { name: ALL, since: Number.NEGATIVE_INFINITY, cells: 'everything' }];
}

/** The targets of an audience that were there before that moment. */
export async function readTargetsOf(
  session: Session,
  scopeOf: ScopeOf,
  audience: string,
  before: number,
): Promise<string[]> {
  const all = await readAddressees(session, scopeOf);
  return all.flatMap(({ target, name }) =>
    name === audience && target.createdAt.getTime() < before ? [target.id] : [],
  );
}

/** Sees what rows of agents are made of, in these cells and in no other. */
export function scopeOver(cells: CellSet): Scope {
  if (typeof cells === 'string') return EVERYTHING;
  const ids = new Set(cells);
  const text = [...ids].sort((a, b) => a - b).join();
  const name = `cells ${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
  const isAgents = (group: (typeof SEEN_BY)[number] | string) => SEEN_BY.some((one) => one === group);
  return {
    fingerprint: name,
    smallestCount: 1,
    allows: (group, { id }) => isAgents(group) && ids.has(id),
    allowsAll: () => false,
    grant: (group) => (isAgents(group) ? name : 'none'),
  };
}
