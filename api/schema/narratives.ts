import type { Inputs, NarrativeAction } from '../../agents/narrator/inputs.ts';
import { nodeId } from '../../domain/lineage/lineage.ts';
import { DAY_MS } from '../../domain/time/time-windows.ts';
import { type DecisionRow, readAgentDecisions } from '../../store/agents/decisions.ts';
import { NARRATIVE_KEYS, NARRATOR } from '../../store/agents/narratives.ts';
import { fixed, paged } from '../gate/costs.ts';
import { agentPage } from './agent-list.ts';
import { momentCursor } from './agent-rights.ts';
import { findAlert } from './alerts.ts';
import { access, costs, type TypeOf } from './builder.ts';
import { addConnection } from './connection.ts';
import { shownSentences } from './narrative.ts';
import type { SchemaParts } from './types.ts';

/** The parts of a decision of the narrator. */
const inputsOf = ({ inputs }: DecisionRow) => inputs as Inputs;
const actionOf = ({ decision }: DecisionRow) => (decision as { readonly action: NarrativeAction }).action;

/** Adds WrittenNarrative and the query narratives. */
export function addNarratives(schema: SchemaParts): void {
  const { builder, types } = schema;
  const written = addWritten(schema);
  const connection = addConnection<DecisionRow>(schema, {
    name: 'WrittenNarrative',
    node: written,
    shows: 'readResponse',
    cursorOf: ({ decidedAt, id }) => momentCursor(decidedAt, id),
  });
  builder.queryField('narratives', (t) =>
    t.field({
      ...access('readResponse', paged(5, 0.2)),
      type: connection,
      nullable: false,
      description:
        'What the agent `narrator` has written, the newest first. `narrative` writes a text about any window when it is asked for.',
      args: {
        kind: t.arg({ type: types.narrativeKind }),
        about: t.arg.id({ description: 'Only those that cite this node or score: an alert, for example.' }),
        first: t.arg.int({ required: true, defaultValue: 20 }),
        after: t.arg.string(),
      },
      resolve: (_root, { kind: wanted, about, ...args }, context, info) =>
        agentPage(context, info.path, args, (session, seen, filter) =>
          readAgentDecisions(session, seen, {
            ...filter,
            agent: NARRATOR,
            states: ['DONE'],
            about: about ?? null,
            keyPrefix: wanted ? NARRATIVE_KEYS[wanted] : null,
          }),
        ),
    }),
  );
}

function addWritten({ builder, types }: SchemaParts): TypeOf<DecisionRow> {
  const moment = (day: string, later = 0) => new Date(Date.parse(day) + later);
  return builder.objectRef<DecisionRow>('WrittenNarrative').implement({
    ...access('readResponse'),
    description:
      'What happened in a week or about an alert, as it was known when it was written. A decision of an agent: seen by callers who ' +
      'may read scores, answers and predictions of every segment that it counts.',
    fields: (t) => ({
      id: t.id({
        nullable: false,
        description: 'Of the decision; `trace` leads from it to what it cites.',
        resolve: ({ id }) => nodeId('Decision', id),
      }),
      kind: t.field({ type: types.narrativeKind, nullable: false, resolve: (row) => inputsOf(row).of.kind }),
      title: t.string({ nullable: false, resolve: (row) => actionOf(row).title }),
      from: t.field({
        type: 'DateTime',
        description: 'Of a week: its beginning; null for others.',
        resolve: (row) => {
          const { of } = inputsOf(row);
          return of.kind === 'WEEK' ? moment(of.from) : null;
        },
      }),
      until: t.field({
        type: 'DateTime',
        description: 'Of a week: its end; null for others.',
        resolve: (row) => {
          const { of } = inputsOf(row);
          return of.kind === 'WEEK' ? moment(of.to, DAY_MS) : null;
        },
      }),
      alert: t.field({
        ...costs(fixed(5)),
        type: types.alert,
        description: 'The alert that it is about; null for others.',
        resolve: (row, _args, context) => {
          const { of } = inputsOf(row);
          return of.kind === 'ALERT' ? findAlert(of.alert, context) : null;
        },
      }),
      sentences: t.field({
        type: [types.narrativeSentence],
        nullable: false,
        resolve: (row) => shownSentences(actionOf(row).sentences, inputsOf(row).facts),
      }),
      sheetHash: t.string({
        nullable: false,
        description: 'SHA-256 of the canonical JSON (RFC 8785) of its facts, in hex.',
        resolve: (row) => actionOf(row).sheetHash,
      }),
      writtenAt: t.expose('decidedAt', { type: 'DateTime', nullable: false }),
      decision: t.field({
        type: types.decision,
        nullable: false,
        description: 'With the whole fact sheet as its inputs.',
        resolve: (row) => row,
      }),
    }),
  });
}
