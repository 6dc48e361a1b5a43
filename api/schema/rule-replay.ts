import type { FieldGroup } from '../../domain/access/scope.ts';
import { parseRule } from '../../domain/detection/rule.ts';
import { REPLAYED_DAYS, replayRule } from '../../store/scores/replay-rule.ts';
import { InvalidArgumentError } from '../errors.ts';
import { fixed } from '../gate/costs.ts';
import { access, momentOf } from './builder.ts';
import type { SchemaParts } from './types.ts';

/** Some seconds of computing for four years of answers. */
const COST = fixed(2_000);
const DAY_MS = 86_400_000;

interface RuleReplay {
  readonly from: Date;
  readonly to: Date;
  readonly moments: readonly Date[];
  readonly statedFalseAlarmsPerYear: number | null;
}

/** What a caller needs of a cell so that a rule is tested on it. */
const NEEDED = ['readScore', 'readResponse'] as const satisfies readonly FieldGroup[];

/** Adds RuleReplay and the query replayRule. */
export function addRuleReplay({ builder, dimensions }: SchemaParts): void {
  const replay = builder.objectRef<RuleReplay>('RuleReplay').implement({
    ...access('readScore'),
    description: 'What a rule would have done over the past.',
    fields: (t) => ({
      fired: t.int({ nullable: false, resolve: ({ moments }) => moments.length }),
      from: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.from }),
      to: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.to }),
      moments: t.field({
        type: ['DateTime'],
        nullable: false,
        description:
          'The ends of the days (UTC) at which it would have raised an alert, or said that it has become worse.',
        resolve: ({ moments }) => [...moments],
      }),
      statedFalseAlarmsPerYear: t.float({
        nullable: true,
        description:
          'How often the rule may be wrong where nothing changes; null for fixed thresholds, which state no rate.',
        resolve: (row) => row.statedFalseAlarmsPerYear,
      }),
    }),
  });
  builder.queryField('replayRule', (t) =>
    t.field({
      ...access('readResponse', COST),
      type: replay,
      nullable: false,
      description:
        'Tests a rule of the score monitor against the past. It counts the segments whose answers the caller may read one by one, ' +
        `and learns what is usual from the answers of up to ${REPLAYED_DAYS} days before \`to\`.`,
      args: {
        rule: t.arg({
          type: 'JSON',
          required: true,
          description:
            '`{ "kind": "change", "segment": { "region": ["Germany"] }, "shifts": [5, 10, 20], "direction": "BOTH", ' +
            '"falseAlarmsPerYear": 0.2, "mix": "channel" }`, `{ "kind": "spike", "shift": 15 }` for the share of detractors, or ' +
            '`{ "kind": "threshold", "below": 0, "windowDays": 30, "confidence": 0.95 }`.',
        }),
        from: t.arg({ type: 'DateTime', required: true }),
        to: t.arg({ type: 'DateTime', required: true }),
      },
      resolve: async (_root, args, { deps, caller }) => {
        const rule = parseRule(args.rule, dimensions);
        const [from, to] = [momentOf('from', args.from), momentOf('to', args.to)];
        if (from >= to) throw new InvalidArgumentError('to: must be later than from');
        if (to - from > REPLAYED_DAYS * DAY_MS)
          throw new InvalidArgumentError(`from: at most ${REPLAYED_DAYS} days before to`);
        if (NEEDED.some((group) => caller.scope.grant(group) === 'none'))
          throw new InvalidArgumentError(
            'replayRule: a rule is tested against single days, which needs the rights to read scores and responses; this key has ' +
              'them for no segment',
          );
        const until = Math.min(to, deps.now());
        const moments = await replayRule(deps, caller.scope, rule, { from, until });
        return {
          from: new Date(from),
          to: new Date(to),
          moments: moments.map((moment) => new Date(moment)),
          statedFalseAlarmsPerYear: rule.kind === 'threshold' ? null : rule.plan.falseAlarmsPerYear,
        };
      },
    }),
  );
}
