import type { AccessKeysQuery } from '../../gql/graphql.ts';
import type { Right } from '../../lib/viewer.tsx';

export type ApiKey = AccessKeysQuery['apiKeys'][number];

/** What each field group lets a person do, in the order of docs/guides/security.md. */
export const GROUP_WORDS: Readonly<Record<Right, string>> = {
  readScore: 'See scores',
  readResponse: 'See single answers',
  readComment: 'Read comments',
  readRespondent: 'See who answered (pseudonyms)',
  readPrediction: 'See predictions',
  readStaff: 'See which member of staff handled what (pseudonyms), and coaching',
  traceLineage: 'Trace and verify numbers',
  submitResponse: 'Send answers in',
  manageModels: 'Train and promote models',
  manageSubjects: "Answer people's rights",
  review: 'Review answers and models',
  manageCases: 'Work on alerts and cases, approve what agents propose',
  sendComments: 'Send texts of comments to the language model',
  readAudit: 'Read the audit log',
  readMetrics: 'Read the metrics of the server',
  administer: 'Make keys and change settings',
};

/** The words of a group; its own name where policies have a group that is new to this page. */
export const groupWords = (group: string): string => GROUP_WORDS[group as Right] ?? group;

/** "Region: Germany, Japan" for each dimension that narrows a key. */
export function narrowingOf(attributes: unknown, labelOf: (field: string) => string): string[] {
  if (typeof attributes !== 'object' || attributes === null) return [];
  return Object.entries(attributes).map(
    ([field, values]) =>
      `${labelOf(field)}: ${(Array.isArray(values) ? values : [values]).map(String).join(', ')}`,
  );
}

export type KeyState = 'active' | 'expired' | 'revoked';

/** What has become of a key. */
export function stateOf({ revokedAt, expiresAt }: ApiKey, now: number): KeyState {
  if (revokedAt) return 'revoked';
  return expiresAt && Date.parse(expiresAt) <= now ? 'expired' : 'active';
}
