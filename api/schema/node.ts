import type { AlertRow } from '../../store/agents/alerts.ts';
import type { CaseRow } from '../../store/agents/cases.ts';
import type { DecisionRow } from '../../store/agents/decisions.ts';
import type { ConnectionRow } from '../../store/connections/connections.ts';
import type { UndoResult } from '../../store/imports/import-undo.ts';
import type { RegisteredModel } from '../../store/models/models.ts';
import type { OutcomeView } from '../../store/outcomes/outcomes.ts';
import type { ImportRun } from '../../store/responses/imports.ts';
import type { ResponseRow } from '../../store/responses/responses.ts';

/** What `node` can return; `__typename` decides which type. */
export type AnyNode =
  | ({ readonly __typename: 'Response' } & ResponseRow)
  | ({ readonly __typename: 'ModelVersion' } & RegisteredModel)
  | ({ readonly __typename: 'Connection' } & ConnectionRow)
  | ({ readonly __typename: 'Import' } & ImportView)
  | ({ readonly __typename: 'Alert' } & AlertRow)
  | ({ readonly __typename: 'AgentDecision' } & DecisionRow)
  | ({ readonly __typename: 'Case' } & CaseRow)
  | ({ readonly __typename: 'Outcome' } & OutcomeView)
  | LineageRecord;

/** An import as a query reads it, or as a call of undoImport left it. */
export type ImportView = ImportRun & { readonly undoing?: UndoResult };

/** A node of the lineage graph, for kinds without a type of their own. */
export interface LineageRecord {
  readonly __typename: 'LineageRecord';
  readonly id: string;
  readonly kind: string;
  readonly label: string;
  readonly recordedAt: Date | null;
}

export const RESPONSE_PREFIX = 'Response:';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The response's key in a node id, or null. */
export function responseKeyOf(id: string): string | null {
  const key = id.startsWith(RESPONSE_PREFIX) ? id.slice(RESPONSE_PREFIX.length) : '';
  return UUID.test(key) ? key : null;
}
