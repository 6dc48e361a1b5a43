import { visibleCells } from '../../domain/access/scope.ts';
import { npsScore, total } from '../../domain/nps/nps.ts';
import type { Move, ScoreEffect } from '../../domain/scores/segment-moves.ts';
import { compileRules } from '../../domain/segments/apply-rules.ts';
import { cellKey } from '../../domain/segments/cell.ts';
import { MOST_LOOKED_AT, previewRules, type RulesPreview } from '../../store/segments/preview.ts';
import { InvalidArgumentError } from '../errors.ts';
import { fixed } from '../gate/costs.ts';
import { access, asInt, momentOf } from './builder.ts';
import { segmentValuesOf } from './dimensions.ts';
import { assertSetsRules, rulesOf } from './segment-rules.ts';
import type { SchemaParts } from './types.ts';

/** Half a second of decrypting what rules read of so many answers. */
const COST = fixed(9_000);
/** Rows of each list. */
const MOST_LISTED = 100;
/** What a caller needs of a cell so that its answers are counted one by one. */
const NEEDED = ['readScore', 'readResponse'] as const;
const DAY_MS = 86_400_000;

/** Adds the query previewSegmentRules. */
export function addSegmentRulesPreview(schema: SchemaParts): void {
  const preview = addPreview(schema);
  const { builder, dimensions } = schema;
  builder.queryField('previewSegmentRules', (t) =>
    t.field({
      ...access('administer', COST),
      type: preview,
      nullable: false,
      description:
        'What `applySegmentRules` would change of stored answers, without changing anything: of the counted answers that the caller may read one by ' +
        `one, the newest ${MOST_LOOKED_AT} of the window at most (\`reachedTo\`).`,
      args: {
        config: t.arg.string({
          required: true,
          description: 'The content of segments.config.yaml: YAML or JSON.',
        }),
        from: t.arg({ type: 'DateTime', description: 'Answers from then on; absent: from the first one.' }),
        to: t.arg({ type: 'DateTime', description: 'Answers before; absent: until now.' }),
      },
      resolve: async (_root, { config, from, to }, context) => {
        assertSetsRules(context);
        const { deps, caller } = context;
        if (NEEDED.some((group) => caller.scope.grant(group) === 'none'))
          throw new InvalidArgumentError(
            'previewSegmentRules: a dry run counts answers one by one, which needs the rights to read scores and responses; this key has them ' +
              'for no segment',
          );
        const rules = compileRules(rulesOf(config, dimensions), dimensions);
        const since = from ? momentOf('from', from) : 0;
        const until = to ? momentOf('to', to) : deps.now() + DAY_MS;
        if (since >= until) throw new InvalidArgumentError('to: must be later than from');
        const permits: Parameters<typeof previewRules>[3] = (attributes) =>
          NEEDED.every((group) =>
            caller.scope.allows(group, { id: 0, key: cellKey(attributes), attributes }),
          );
        const visible = visibleCells(caller.scope, NEEDED, deps.cells, {});
        const window = { from: new Date(since), until: new Date(until) };
        return previewRules(deps, rules, visible, permits, window);
      },
    }),
  );
}

function addPreview(schema: SchemaParts) {
  const [move, score] = [addMove(schema), addScore(schema)];
  return schema.builder.objectRef<RulesPreview>('SegmentRulesPreview').implement({
    ...access('administer'),
    description: 'What segment rules would change of stored answers.',
    fields: (t) => ({
      answers: t.int({
        nullable: false,
        description: 'How many it looked at.',
        resolve: ({ answers }) => asInt(answers),
      }),
      moved: t.int({
        nullable: false,
        description: 'How many of them would change their segment.',
        resolve: ({ moved }) => asInt(moved),
      }),
      held: t.int({
        nullable: false,
        description: 'How many would stay because a legal hold covers their segment.',
        resolve: ({ held }) => asInt(held),
      }),
      undeclared: t.int({
        nullable: false,
        description:
          'How many would stay because a dimension does not declare the value that they would have.',
        resolve: ({ undeclared }) => asInt(undeclared),
      }),
      moves: t.field({
        type: [move],
        nullable: false,
        description: `From which segment to which, the largest ${MOST_LISTED}.`,
        resolve: ({ moves }) => moves.slice(0, MOST_LISTED),
      }),
      scores: t.field({
        type: [score],
        nullable: false,
        description: `Scores of single values that would change, the largest ${MOST_LISTED} changes; the score of everything stays.`,
        resolve: ({ scores }) => scores.slice(0, MOST_LISTED),
      }),
      reachedTo: t.field({
        type: 'DateTime',
        description:
          'Set when there are more answers in the window than it looks at: those before it were not looked at. Ask again with it as `to`.',
        resolve: ({ reachedTo }) => reachedTo,
      }),
    }),
  });
}

function addMove({ builder, types, dimensions }: SchemaParts) {
  return builder.objectRef<Move>('SegmentRulesMove').implement({
    ...access('administer'),
    description: 'Answers that would go from one segment to another.',
    fields: (t) => ({
      from: t.field({
        type: [types.segmentValue],
        nullable: false,
        resolve: ({ from }) => segmentValuesOf(dimensions, from),
      }),
      to: t.field({
        type: [types.segmentValue],
        description: 'Null for a segment whose answers the caller may not read.',
        resolve: ({ to }) => to && segmentValuesOf(dimensions, to),
      }),
      answers: t.int({ nullable: false, resolve: ({ answers }) => asInt(answers) }),
    }),
  });
}

function addScore({ builder, types, dimensions }: SchemaParts) {
  return builder.objectRef<ScoreEffect>('SegmentRulesScore').implement({
    ...access('administer'),
    description: 'The score of the answers with a value, before and after.',
    fields: (t) => ({
      segmentValue: t.field({
        type: types.segmentValue,
        nullable: false,
        resolve: ({ attribute, value }) => ({
          field: dimensions.find((one) => one.attribute === attribute)?.field ?? attribute,
          value,
        }),
      }),
      before: t.float({
        description: 'Null without answers.',
        resolve: ({ before }) => npsScore(before),
      }),
      after: t.float({ description: 'Null without answers.', resolve: ({ after }) => npsScore(after) }),
      responsesBefore: t.int({ nullable: false, resolve: ({ before }) => asInt(total(before)) }),
      responsesAfter: t.int({ nullable: false, resolve: ({ after }) => asInt(total(after)) }),
    }),
  });
}
