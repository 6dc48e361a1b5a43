import { parseRule, RuleError, type WatchRule } from '../../domain/detection/rule.ts';
import {
  type AlertRuleRow,
  insertRule,
  type KeptReplay,
  readRules,
  readRuleVersions,
} from '../../store/agents/alert-rules.ts';
import { replayRule } from '../../store/scores/replay-rule.ts';
import { auditHook } from '../audit.ts';
import type { ApiContext } from '../context.ts';
import { ForbiddenError, InvalidArgumentError } from '../errors.ts';
import { fixed } from '../gate/costs.ts';
import { reasonOf } from './agent-rights.ts';
import { access } from './builder.ts';
import { pageSize } from './connection.ts';
import { countOf, REAL, UNDECIDED } from './rule-replay.ts';
import { assertAdministersAll } from './targets.ts';
import type { SchemaParts } from './types.ts';

/** A rule that is switched on is tested over so much of the past. */
const TESTED_DAYS = 365;
const DAY_MS = 86_400_000;
/** Saving one tests it. */
const SAVE_COST = fixed(2_000);
const MOST_NAME = 100;

/** Adds Rule, the queries rules and ruleVersions, and the mutation saveRule. */
export function addRules(schema: SchemaParts): void {
  const { builder } = schema;
  const rule = addRule(schema);
  builder.queryFields((t) => ({
    rules: t.field({
      ...access('administer', fixed(5)),
      type: [rule],
      nullable: false,
      description: 'The rules of the score monitor, each in the version that holds, by name.',
      resolve: (_root, _args, context) => {
        assertAdministersAll(context, 'list rules');
        return readRules(context.deps.record);
      },
    }),
    ruleVersions: t.field({
      ...access('administer', fixed(20)),
      type: [rule],
      nullable: false,
      description: 'The versions of a rule, the newest first; the one that ships is not among them.',
      args: {
        name: t.arg.string({ required: true }),
        first: t.arg.int({ required: true, defaultValue: 50 }),
      },
      resolve: (_root, { name, first }, context) => {
        assertAdministersAll(context, 'list rules');
        return readRuleVersions(context.deps.record, name, pageSize(first));
      },
    }),
  }));
  builder.mutationField('saveRule', (t) =>
    t.field({
      ...access('administer', SAVE_COST),
      type: rule,
      nullable: false,
      description:
        `Stores a new version of a rule, which holds from the next run on. One that is enabled is first tested over the last ${TESTED_DAYS} days, ` +
        'and what it would have done is kept with it; see it before with replayRule. enabled: false switches it off and resolves its alerts.',
      args: {
        name: t.arg.string({ required: true }),
        rule: t.arg({ type: 'JSON', required: true, description: 'As in replayRule.' }),
        enabled: t.arg.boolean({ required: true }),
        reason: t.arg.string({ required: true }),
      },
      resolve: async (_root, args, context) => {
        assertAdministersAll(context, 'save rules');
        return save(schema, args, context);
      },
    }),
  );
}

async function save(
  { dimensions }: SchemaParts,
  given: {
    readonly name: string;
    readonly rule?: unknown;
    readonly enabled: boolean;
    readonly reason: string;
  },
  context: ApiContext,
): Promise<AlertRuleRow> {
  const { deps, caller } = context;
  const { rule, enabled } = given;
  const name = given.name.trim();
  if (name === '' || name.length > MOST_NAME)
    throw new InvalidArgumentError(`name: must have 1 to ${MOST_NAME} characters`);
  const reason = reasonOf(given.reason);
  const parsed = parseRule(rule, dimensions);
  const replay = enabled ? await tested(context, parsed) : null;
  const createdAt = new Date(deps.now());
  return deps.record.transaction(async (session) => {
    const row = { name, rule, enabled, replay, createdBy: caller.name, createdAt, reason };
    const stored = await insertRule(session, row);
    const subject = { rule: name, version: stored.version, enabled, fired: replay?.fired ?? null };
    await auditHook(context, 'rule.save')(session, subject);
    return stored;
  });
}

/** What the rule would have done, over all answers. */
async function tested({ deps, caller }: ApiContext, rule: WatchRule): Promise<KeptReplay> {
  if (!readsAll(caller.scope))
    throw new ForbiddenError(
      'this key may not switch a rule on: it is tested on single days first, which needs the rights to read all scores and responses',
    );
  const until = deps.now();
  const from = until - TESTED_DAYS * DAY_MS;
  const firings = await replayRule(deps, caller.scope, rule, { from, until });
  return {
    from: new Date(from).toISOString(),
    to: new Date(until).toISOString(),
    fired: firings.length,
    real: countOf(firings, 'REAL'),
    undecided: countOf(firings, 'UNDECIDED'),
  };
}

const readsAll = (scope: ApiContext['caller']['scope']): boolean =>
  scope.allowsAll('readScore') && scope.allowsAll('readResponse');

function addRule({ builder, dimensions }: SchemaParts) {
  const test = builder.objectRef<KeptReplay>('RuleTest').implement({
    ...access('administer'),
    description: 'What a rule would have done before it was switched on.',
    fields: (t) => ({
      from: t.field({ type: 'DateTime', nullable: false, resolve: ({ from }) => new Date(from) }),
      to: t.field({ type: 'DateTime', nullable: false, resolve: ({ to }) => new Date(to) }),
      fired: t.exposeInt('fired', {
        nullable: false,
        description: 'How often it would have raised an alert.',
      }),
      real: t.exposeInt('real', { description: `${REAL} Null: it was saved before this was counted.` }),
      undecided: t.exposeInt('undecided', { description: UNDECIDED }),
    }),
  });
  return builder.objectRef<AlertRuleRow>('Rule').implement({
    ...access('administer'),
    description: 'A version of a rule of the score monitor; never changed.',
    fields: (t) => ({
      name: t.exposeString('name', { nullable: false }),
      version: t.exposeInt('version', { nullable: false, description: '0: it ships with Scoreline.' }),
      rule: t.field({ type: 'JSON', nullable: false, resolve: ({ rule }) => rule }),
      enabled: t.exposeBoolean('enabled', { nullable: false }),
      problem: t.string({
        description: 'Why it cannot be read, as after a dimension was removed; null: it can.',
        resolve: ({ rule }) => problemOf(() => parseRule(rule, dimensions)),
      }),
      test: t.field({
        type: test,
        description: 'Null where it was not tested, or for callers who may not read all answers.',
        resolve: ({ replay }, _args, { caller }) => (readsAll(caller.scope) ? replay : null),
      }),
      createdBy: t.exposeString('createdBy', { nullable: false }),
      createdAt: t.field({ type: 'DateTime', resolve: ({ createdAt }) => createdAt }),
      reason: t.exposeString('reason', { nullable: false }),
    }),
  });
}

function problemOf(read: () => unknown): string | null {
  try {
    read();
    return null;
  } catch (error) {
    if (error instanceof RuleError) return error.message;
    throw error;
  }
}
