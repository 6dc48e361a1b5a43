import { nodeId } from '../../domain/lineage/lineage.ts';
import { type CoachedStaff, readCoachedStaff } from '../../store/agents/coached-staff.ts';
import { fixed } from '../gate/costs.ts';
import { atMost } from '../gate/lists.ts';
import { type FieldCost, lengthOf } from '../gate/score-costs.ts';
import { LIMITS } from '../limits.ts';
import { findDecision } from './agent-decisions.ts';
import { noteHiddenAgents, uuidOf } from './agent-rights.ts';
import { access, costs } from './builder.ts';
import type { SchemaParts } from './types.ts';

const OF_DECISIONS_AND_CASES: FieldCost = {
  points: ({ about }, inside) => 20 + lengthOf(about) * (1 + inside),
  says: '20, and 1 and what is asked inside for each of `about`',
};

/** Adds CoachedStaff and the query staffOf. */
export function addCoachedStaff(schema: SchemaParts): void {
  const { builder, types } = schema;
  const staff = builder.objectRef<CoachedStaff>('CoachedStaff').implement({
    ...access('readStaff'),
    description:
      'The member of staff that a decision or case of coaching is about. Seen by callers who may read scores, answers, predictions and ' +
      'staff of everything.',
    fields: (t) => ({
      about: t.exposeID('about', {
        nullable: false,
        description: 'The decision or case that was asked for.',
      }),
      agent: t.string({
        description: 'Pseudonym, as `agent` of outcomes.',
        resolve: ({ agent, decision }, _args, { released }) => {
          released.staff.add(nodeId('Decision', decision));
          return agent;
        },
      }),
      decision: t.field({
        ...costs(fixed(2)),
        type: types.decision,
        description: 'The latest decision about them, with the counts that it was made of.',
        resolve: ({ decision }, _args, context) => findDecision(decision, context),
      }),
    }),
  });
  builder.queryField('staffOf', (t) =>
    t.field({
      ...access('readStaff', OF_DECISIONS_AND_CASES),
      type: [staff],
      nullable: false,
      description: 'The members of staff that these decisions and cases of coaching are about.',
      args: {
        about: t.arg.idList({
          required: true,
          ...atMost(LIMITS.page, 'Ids of decisions of `outreach`, and of cases that it opened.'),
        }),
      },
      resolve: (_root, { about }, context, info) => {
        noteHiddenAgents(context, info.path);
        const { deps, caller } = context;
        const keysOf = (kind: string) => about.flatMap((id) => uuidOf(kind, id) ?? []);
        return readCoachedStaff(deps, caller.scope, { decisions: keysOf('Decision'), cases: keysOf('Case') });
      },
    }),
  );
}
