import type { ApiContext } from '../context.ts';
import { fixed } from '../gate/costs.ts';
import { findDecision } from './agent-decisions.ts';
import { uuidOf } from './agent-rights.ts';
import { findAlert } from './alerts.ts';
import { access } from './builder.ts';
import { findCase } from './cases.ts';
import { connectionOf, findConnection } from './connections.ts';
import { findImportNode, importOfNode } from './imports.ts';
import { loadLineageNode } from './lineage.ts';
import { findModel, modelVersionOf } from './models.ts';
import { type AnyNode, responseKeyOf } from './node.ts';
import { findOutcome } from './outcomes.ts';
import type { SchemaParts } from './types.ts';

/** Adds the interface Node and the query for one. */
export function addNode({ builder, types: { node } }: SchemaParts): void {
  node.implement({
    ...access('public'),
    description: 'Anything that has an id of its own.',
    resolveType: ({ __typename }) => __typename,
    fields: (t) => ({ id: t.id({ nullable: false, resolve: nodeId }) }),
  });
  builder.queryField('node', (t) =>
    t.field({
      ...access('public', fixed(2)),
      type: node,
      description: 'What the id names, or null when it does not exist for this caller.',
      args: { id: t.arg.id({ required: true }) },
      resolve: (_root, { id }, context) => loadNode(id, context),
    }),
  );
}

/** The node with that id; null when it does not exist for this caller. */
async function loadNode(id: string, context: ApiContext): Promise<AnyNode | null> {
  const model = modelVersionOf(id);
  if (model !== null) {
    const found = await findModel(model, context);
    return found && { __typename: 'ModelVersion', ...found };
  }
  const connection = connectionOf(id);
  if (connection !== null) {
    const found = await findConnection(connection, context);
    return found && { __typename: 'Connection', ...found };
  }
  const imported = importOfNode(id);
  if (imported !== null) {
    const found = await findImportNode(imported, context);
    return found && { __typename: 'Import', ...found };
  }
  const alert = uuidOf('Alert', id);
  if (alert !== null) {
    const found = await findAlert(alert, context);
    return found && { __typename: 'Alert', ...found };
  }
  const casework = uuidOf('Case', id);
  if (casework !== null) {
    const found = await findCase(casework, context);
    return found && { __typename: 'Case', ...found };
  }
  const decision = uuidOf('Decision', id);
  if (decision !== null) {
    const found = await findDecision(decision, context);
    return found && { __typename: 'AgentDecision', ...found };
  }
  const outcome = uuidOf('Outcome', id);
  if (outcome !== null) {
    const found = await findOutcome(outcome, context);
    return found && { __typename: 'Outcome', ...found };
  }
  const key = responseKeyOf(id);
  if (key === null) return loadLineageNode(id, context);
  const row = await context.responses.load(key);
  return row && { __typename: 'Response', ...row };
}

function nodeId(node: AnyNode): string {
  if (node.__typename === 'LineageRecord') return node.id;
  if (node.__typename === 'AgentDecision') return `Decision:${node.id}`;
  return `${node.__typename}:${node.__typename === 'Import' ? node.key : node.id}`;
}
