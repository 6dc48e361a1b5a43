import type { ScoreRow } from '../../domain/scores/score.ts';
import { kindNamed } from '../kinds/registry.ts';
import type { ProvRole } from '../kinds/shared/kind.ts';
import type { LineageEdge, LineageNode } from '../node.ts';
import type { CollectedTrace } from '../traversal/collect.ts';

/**
 * A lineage as a W3C PROV-JSON document (Member Submission of 24 April 2013): nodes are entities, sources are
 * agents, the summing of the score is an activity. Identity and structure alone, as in the graph.
 */
export type ProvDocument = Readonly<Record<string, Readonly<Record<string, Attributes | string>>>>;
type Attributes = Readonly<Record<string, unknown>>;

const PREFIX = 'sl';
/** The PROV types of each role. */
const TYPES: Readonly<Record<ProvRole, readonly string[]>> = {
  entity: [],
  agent: ['prov:SoftwareAgent'],
  /** Instructions (plans in PROV). */
  plan: ['prov:Plan'],
  collection: ['prov:Collection'],
};

/** "sl:Response/2f…": kind and key as a qualified name, whatever characters the key has. */
function nameOf(id: string): string {
  const colon = id.indexOf(':');
  const parts = colon < 0 ? ['Score', id] : [id.slice(0, colon), id.slice(colon + 1)];
  return `${PREFIX}:${parts.map((part) => encodeURIComponent(part)).join('/')}`;
}

const typed = (value: unknown, type: string) => ({ $: value, type });
const qualified = (name: string) => typed(name, 'prov:QUALIFIED_NAME');

/** The PROV relation of each edge; `low` was made, `high` is what it was made of. */
function relationOf({ from, to, relation }: LineageEdge): [string, Attributes] {
  const [a, b] = [nameOf(from), nameOf(to)];
  const derived = (low: string, high: string, more: Attributes = {}): [string, Attributes] => [
    'wasDerivedFrom',
    { 'prov:generatedEntity': low, 'prov:usedEntity': high, ...more },
  ];
  if (relation === 'COUNTED_IN') return derived(b, a);
  if (['SUM_OF', 'NORMALISED_FROM', 'TRAINED_ON', 'FOLLOWS_FROM'].includes(relation)) return derived(a, b);
  if (relation === 'SUPERSEDES') return derived(a, b, { 'prov:type': qualified('prov:Revision') });
  if (relation === 'RECEIVED_FROM' || relation === 'OF_SOURCE')
    return ['wasAttributedTo', { 'prov:entity': a, 'prov:agent': b }];
  if (relation === 'OF') return ['specializationOf', { 'prov:specificEntity': a, 'prov:generalEntity': b }];
  if (relation === 'HAS') return ['hadMember', { 'prov:collection': a, 'prov:entity': b }];
  return ['wasInfluencedBy', { 'prov:influencee': a, 'prov:influencer': b }];
}

/** The document of one score; the score says whether its lineage is complete, and if not why. */
export function provDocument(score: ScoreRow | null, trace: CollectedTrace): ProvDocument {
  const document: Record<string, Record<string, Attributes | string>> = {
    prefix: { [PREFIX]: 'urn:scoreline:', xsd: 'http://www.w3.org/2001/XMLSchema#' },
  };
  const add = (section: string, id: string, attributes: Attributes) => {
    document[section] ??= {};
    (document[section] as Record<string, Attributes>)[id] = attributes;
  };
  for (const node of trace.nodes) {
    const section = kindNamed(node.kind).prov === 'agent' ? 'agent' : 'entity';
    add(section, nameOf(node.id), attributesOf(node));
  }
  const [start] = trace.nodes;
  if (start) addScore(add, start, score, trace);
  trace.edges.forEach((edge, i) => {
    const [relation, attributes] = relationOf(edge);
    const identified = relation !== 'specializationOf' && relation !== 'hadMember';
    add(relation, `_:r${i}`, identified ? { ...attributes, 'sl:relation': edge.relation } : attributes);
  });
  return document;
}

function attributesOf({ kind, label, recordedAt }: LineageNode): Attributes {
  const types = [`${PREFIX}:${kind}`, ...TYPES[kindNamed(kind).prov]];
  return {
    'prov:type': types.map(qualified),
    'prov:label': label,
    ...(recordedAt ? { 'sl:recordedAt': typed(recordedAt.toISOString(), 'xsd:dateTime') } : {}),
  };
}

/** The score with its number, and the activity that summed its rollups. */
function addScore(
  add: (section: string, id: string, attributes: Attributes) => void,
  start: LineageNode,
  score: ScoreRow | null,
  { edges, complete, reason }: CollectedTrace,
): void {
  const name = nameOf(start.id);
  const interval = score?.interval;
  add('entity', name, {
    ...attributesOf(start),
    ...(score?.score == null ? {} : { 'prov:value': typed(score.score, 'xsd:double') }),
    ...(interval ? { 'sl:low': interval.low, 'sl:high': interval.high, 'sl:method': interval.method } : {}),
    'sl:lineageComplete': complete,
    ...(reason === null ? {} : { 'sl:lineageReason': reason }),
  });
  const activity = name.replace(`${PREFIX}:Score/`, `${PREFIX}:Summing/`);
  add('activity', activity, { 'prov:label': 'sum of hour rollups' });
  add('agent', `${PREFIX}:Scoreline`, { 'prov:type': qualified('prov:SoftwareAgent') });
  add('wasAssociatedWith', '_:summing', { 'prov:activity': activity, 'prov:agent': `${PREFIX}:Scoreline` });
  add('wasGeneratedBy', '_:score', { 'prov:entity': name, 'prov:activity': activity });
  edges
    .filter(({ relation }) => relation === 'SUM_OF')
    .forEach(({ to }, i) => {
      add('used', `_:u${i}`, { 'prov:activity': activity, 'prov:entity': nameOf(to) });
    });
}
