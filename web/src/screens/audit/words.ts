import type { AuditLogQuery } from '../../gql/graphql.ts';
import { formatMoment } from '../../lib/format.ts';

export type Entry = AuditLogQuery['auditLog']['edges'][number]['node'];

/** What a row of the log says that someone did. */
const ACTIONS: Readonly<Record<string, string>> = {
  read: 'Read comments or respondents',
  aggregate: 'Read numbers',
  signIn: 'Signed in',
  signOut: 'Signed out',
  endBrowserSessions: 'Signed others out',
  createApiKey: 'Created a key',
  revokeApiKey: 'Revoked a key',
  auditLog: 'Read the audit log',
  exportAudit: 'Exported the audit log',
  policies: 'The policies changed',
  subject: 'Read what is held of a person',
  eraseSubject: 'Erased a person',
  restrictSubject: 'Restricted a person, or lifted it',
  correctResponse: 'Corrected an answer',
  erasures: 'Listed erasures',
  legalHolds: 'Listed legal holds',
  placeLegalHold: 'Placed a legal hold',
  releaseLegalHold: 'Released a legal hold',
  changeKeys: 'Changed encryption keys',
  deletionRecords: 'Read what retention deleted',
  retention: 'Retention deleted old rows',
  leaves: 'Removed leaves of seals',
  submitResponses: 'Sent answers in',
  imports: 'Listed imports',
  undoImport: 'Undid an import',
  loadExample: 'Loaded the example',
  startDemo: 'Started the demo',
  stopDemo: 'Stopped the demo',
  createConnection: 'Added a connection',
  rotateConnection: 'Changed the secret of a connection',
  setVendorKey: 'Changed the key of a vendor',
  removeConnection: 'Removed a connection',
  trainModel: 'Trained a model',
  pairModels: 'Paired a model with one for other languages',
  shadowModel: 'Ran a model as a shadow',
  promoteModel: 'Promoted a model',
  rollbackModel: 'Rolled a model back',
  'review.claim': 'Took a review',
  'review.release': 'Gave a review back',
  'review.decide': 'Decided a review',
  'review.dispute': 'Disputed an answer or a decision',
  report: 'Made a report',
  sqlLogin: 'Granted a login for SQL',
  revokeSql: 'Revoked a login for SQL',
};

/** "Created a key"; "promoteModel" becomes "Promote model". */
export function actionWords(action: string): string {
  const known = ACTIONS[action];
  if (known) return known;
  const words = action.replace(/([a-z])(?:\.|(?=[A-Z]))/g, '$1 ').toLowerCase();
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** The actions with words of their own, for the filter. */
export const ACTION_OPTIONS = Object.entries(ACTIONS).map(([id, label]) => ({ id, label }));

/** A row's subject in one line: "key: ApiKey:…, role: analyst". */
export function subjectText(subject: unknown): string {
  if (typeof subject !== 'object' || subject === null) return '';
  return Object.entries(subject)
    .map(([name, value]) => [name, short(value)] as const)
    .filter(([, text]) => text !== '')
    .map(([name, text]) => `${name}: ${text}`)
    .join(', ');
}

const UUID = /([0-9a-f]{8})(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const MOMENT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

function short(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.length > 3 ? `${value.length} items` : value.map(short).join(' ');
  if (typeof value === 'object') return subjectText(value);
  const text = String(value);
  return MOMENT.test(text) ? formatMoment(text) : text.replace(UUID, '$1…');
}
