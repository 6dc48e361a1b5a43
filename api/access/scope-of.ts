import { createHash } from 'node:crypto';
import {
  type EntityJson,
  isAuthorizedPartial,
  type PartialAuthorizationAnswer,
  preparsePolicySet,
  statefulIsAuthorized,
} from '@cedar-policy/cedar-wasm/nodejs';
import { LRUCache } from 'lru-cache';
import type { FieldGroup, Scope } from '../../domain/access/scope.ts';
import type { Cell, Segment } from '../../domain/segments/cell.ts';
import { normaliseSegment } from '../../domain/segments/cell.ts';
import type { Policies } from './policies.ts';
import { cellEntity, compileResidual, NotInterpretedError } from './residual.ts';

/** From a role and its restricting attributes (values by attribute of a dimension) to a scope. */
export type ScopeOf = (role: string, attributes: Segment) => Scope;

/** For all cells, for none, or by the function; the name is equal for equal rules. */
interface Grant {
  readonly name: string;
  readonly allows: (cell: Cell) => boolean;
}

const ALL: Grant = { name: 'all', allows: () => true };
/** The name of grants without a known rule. */
export const CELL_BY_CELL = 'as decided for ';
const NONE: Grant = { name: 'none', allows: () => false };

/** Cached scopes: callers with equal role and attributes share one, with its decisions about cells. */
const KEPT_SCOPES = 500;
const CALLER = { type: 'Caller', id: 'caller' };

/** The scopes under these policies; equal roles and attributes get the same one. */
export function scopesUnder(policies: Policies, smallestCount: number): ScopeOf {
  const kept = new LRUCache<string, Scope>({ max: KEPT_SCOPES });
  return (role, attributes) => {
    const narrowedTo = normaliseSegment(attributes);
    const name = JSON.stringify([policies.version, smallestCount, role, narrowedTo]);
    const known = kept.get(name);
    if (known) return known;
    const scope = createScope(policies, role, narrowedTo, {
      fingerprint: createHash('sha256').update(name).digest('hex').slice(0, 32),
      smallestCount,
    });
    kept.set(name, scope);
    return scope;
  };
}

function createScope(
  policies: Policies,
  role: string,
  attributes: Segment,
  facts: Pick<Scope, 'fingerprint' | 'smallestCount'>,
): Scope {
  const grants = new Map<FieldGroup, Grant>();
  const grantOf = (group: FieldGroup): Grant => {
    let grant = grants.get(group);
    if (grant === undefined) {
      grant = decide(policies, role, attributes, group);
      grants.set(group, grant);
    }
    return grant;
  };
  return {
    ...facts,
    allows: (group, cell) => grantOf(group).allows(cell),
    allowsAll: (group) => grantOf(group) === ALL,
    grant: (group) => grantOf(group).name,
  };
}

/** Remembers the answer for each cell of the database; id 0 is a future cell. */
function remembered(decide: (cell: Cell) => boolean): (cell: Cell) => boolean {
  const answers: (boolean | undefined)[] = [];
  return (cell) => {
    if (cell.id <= 0) return decide(cell);
    let answer = answers[cell.id];
    if (answer === undefined) {
      answer = decide(cell);
      answers[cell.id] = answer;
    }
    return answer;
  };
}

/** One partial authorisation; its residual is compiled, or evaluated cell by cell. */
function decide(policies: Policies, role: string, attributes: Segment, group: FieldGroup): Grant {
  const answer = isAuthorizedPartial({
    principal: CALLER,
    action: { type: 'Action', id: group },
    resource: null,
    context: {},
    policies: { staticPolicies: { ...policies.byId } },
    entities: callerEntities(role, attributes),
  });
  const cellByCell = (): Grant => ({
    // Whether the rules of two groups are equal is unknown.
    name: `${CELL_BY_CELL}${group}`,
    allows: remembered((cell) => decideCell(policies, role, attributes, group, cell)),
  });
  if (answer.type === 'failure') return cellByCell();
  const { decision } = answer.response;
  if (decision !== null) return decision === 'allow' ? ALL : NONE;
  try {
    return { name: nameOf(policies, answer), allows: remembered(compileAnswer(policies, answer)) };
  } catch (error) {
    if (error instanceof NotInterpretedError) return cellByCell();
    throw error;
  }
}

/** The residual as text; decided parts are the same for all cells. */
function nameOf(
  policies: Policies,
  { response }: Extract<PartialAuthorizationAnswer, { type: 'residuals' }>,
) {
  const residuals = response.nontrivialResiduals.map((id) => JSON.stringify(response.residuals[id] ?? id));
  const decided = response.satisfied.map((id) => policies.byId[id]?.effect ?? id);
  return JSON.stringify([[...new Set(decided)].sort(), residuals.sort()]);
}

/** Allowed if a permit and no forbid is satisfied. */
function compileAnswer(
  policies: Policies,
  { response }: Extract<PartialAuthorizationAnswer, { type: 'residuals' }>,
): (cell: Cell) => boolean {
  const open = (effect: 'permit' | 'forbid') =>
    response.nontrivialResiduals.flatMap((id) => {
      const residual = response.residuals[id];
      if (!residual) throw new NotInterpretedError(`the residual of ${id} is missing`);
      return residual.effect === effect ? [compileResidual(residual)] : [];
    });
  const satisfied = (effect: 'permit' | 'forbid') =>
    response.satisfied.some((id) => policies.byId[id]?.effect === effect);
  const [permits, forbids] = [open('permit'), open('forbid')];
  const [permitted, forbidden] = [satisfied('permit'), satisfied('forbid')];
  return (cell) =>
    !forbidden &&
    (permitted || permits.some((holds) => holds(cell))) &&
    !forbids.some((holds) => holds(cell));
}

/** Policies that Cedar has parsed, by version. */
const parsed = new Set<string>();

/**
 * One full authorisation, about 0.4 ms: the reference for partial evaluation, and its fallback. If Cedar fails
 * to answer, the decision is no.
 */
export function decideCell(
  policies: Policies,
  role: string,
  attributes: Segment,
  group: FieldGroup,
  { key, attributes: values }: Cell,
): boolean {
  const id = JSON.stringify([policies.version, policies.dimensions.map(({ attribute }) => attribute)]);
  if (!parsed.has(id)) {
    const answer = preparsePolicySet(id, { staticPolicies: { ...policies.byId } });
    if (answer.type === 'failure') throw new Error(`policies ${policies.version} cannot be parsed again`);
    parsed.add(id);
  }
  const answer = statefulIsAuthorized({
    principal: CALLER,
    action: { type: 'Action', id: group },
    resource: cellEntity(key),
    context: {},
    preparsedPolicySetId: id,
    entities: [
      ...callerEntities(role, attributes),
      { uid: cellEntity(key), attrs: { ...values }, parents: [] },
    ],
  });
  return answer.type === 'success' && answer.response.decision === 'allow';
}

function callerEntities(role: string, attributes: Segment): EntityJson[] {
  const attrs = Object.fromEntries(Object.entries(attributes).map(([name, values]) => [name, [...values]]));
  return [
    { uid: CALLER, attrs, parents: [{ type: 'Role', id: role }] },
    { uid: { type: 'Role', id: role }, attrs: {}, parents: [] },
  ];
}
