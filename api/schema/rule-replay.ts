import type { FieldGroup } from '../../domain/access/scope.ts';
import { JUDGED_DAYS, VERDICTS, type Verdict } from '../../domain/detection/judged.ts';
import { parseRule } from '../../domain/detection/rule.ts';
import { type Firing, REPLAYED_DAYS, replayRule } from '../../store/scores/replay-rule.ts';
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
  readonly firings: readonly Firing[];
  readonly statedFalseAlarmsPerYear: number | null;
}

export const REAL =
  `How many of them the answers of the next ${JUDGED_DAYS} days bear out: compared with as many days before the change began, within the ` +
  "rule's mix, the 95 % interval of the difference lies on the side that the rule named; of a threshold: the score is beyond it again.";
export const UNDECIDED = 'Of how many of them it is too early to tell, or too few answered.';
export const countOf = (firings: readonly Firing[], verdict: Verdict) =>
  firings.filter((one) => one.verdict === verdict).length;

/** What a caller needs of a cell so that a rule is tested on it. */
const NEEDED = ['readScore', 'readResponse'] as const satisfies readonly FieldGroup[];

/** Adds RuleReplay and the query replayRule. */
export function addRuleReplay({ builder, dimensions }: SchemaParts): void {
  const firing = addFiring(builder);
  const replay = builder.objectRef<RuleReplay>('RuleReplay').implement({
    ...access('readScore'),
    description: 'What a rule would have done over the past.',
    fields: (t) => ({
      real: t.int({
        nullable: false,
        description: REAL,
        resolve: ({ firings }) => countOf(firings, 'REAL'),
      }),
      undecided: t.int({
        nullable: false,
        description: UNDECIDED,
        resolve: ({ firings }) => countOf(firings, 'UNDECIDED'),
      }),
      firings: t.field({ type: [firing], nullable: false, resolve: ({ firings }) => [...firings] }),
      fired: t.int({ nullable: false, resolve: ({ firings }) => firings.length }),
      from: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.from }),
      to: t.field({ type: 'DateTime', nullable: false, resolve: (row) => row.to }),
      moments: t.field({
        type: ['DateTime'],
        nullable: false,
        description:
          'The ends of the days (UTC) at which it would have raised an alert, or said that it has become worse.',
        resolve: ({ firings }) => firings.map(({ moment }) => new Date(moment)),
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
        const firings = await replayRule(deps, caller.scope, rule, { from, until });
        return {
          from: new Date(from),
          to: new Date(to),
          firings,
          statedFalseAlarmsPerYear: rule.kind === 'threshold' ? null : rule.plan.falseAlarmsPerYear,
        };
      },
    }),
  );
}

/** Adds RuleFiring. */
function addFiring(builder: SchemaParts['builder']) {
  const verdict = builder.enumType('FiringVerdict', { values: VERDICTS });
  return builder.objectRef<Firing>('RuleFiring').implement({
    ...access('readScore'),
    description: 'A moment at which a rule would have fired.',
    fields: (t) => ({
      at: t.field({
        type: 'DateTime',
        nullable: false,
        description: 'The end of a UTC day.',
        resolve: ({ moment }) => new Date(moment),
      }),
      verdict: t.field({
        type: verdict,
        nullable: false,
        description:
          'REAL: later answers bear it out. NOT_REAL: they do not. UNDECIDED: they are too few, or the days after it are not over.',
        resolve: ({ verdict: given }) => given,
      }),
    }),
  });
}
