import {
  configuredRules,
  decidingRule,
  nameOfRetained,
  type Retained,
  type RetainedField,
  rulesToApply,
} from '../../domain/privacy/retention.ts';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import { cut, nameOf } from '../../domain/text/text.ts';
import { isAge, keptSince } from '../../domain/time/kept-since.ts';
import type { AgedField } from '../../store/data-subjects/aged-fields.ts';
import { countDue } from '../../store/data-subjects/retention-due.ts';
import { changeRule, readSetRules, type ShownRule } from '../../store/data-subjects/retention-rules.ts';
import { auditHook } from '../audit.ts';
import type { ApiContext } from '../context.ts';
import { ForbiddenError, InvalidArgumentError } from '../errors.ts';
import { fixed } from '../gate/costs.ts';
import { noteWithheld, pathOf } from '../masking.ts';
import { access, asInt } from './builder.ts';
import type { SchemaParts } from './types.ts';

/** Rows that are counted of each kind for a dry run; there may be more. */
const MOST_DUE = 100_000;

/** Adds RetentionRule, Response.agedFields, Connection.retention, the queries retentionRules and retentionDue, and the mutation setRetention. */
export function addRetentionRules(schema: SchemaParts): void {
  addRule(schema);
  addQueries(schema);
  addMutation(schema);
  addOfConnection(schema);
  addAgedFields(schema);
}

/** The rules of the configuration and those that were set. */
async function allRules({ deps }: ApiContext): Promise<ShownRule[]> {
  return [...configuredRules(deps.retention), ...(await readSetRules(deps.record))];
}

/** For each thing that a rule is about, the one that decides for the source; null: for what has no rule of its source. */
export async function rulesOfSource(context: ApiContext, source: string | null): Promise<ShownRule[]> {
  const rules = await allRules(context);
  const about = rules.filter((rule) => rule.source === null || rule.source === source);
  return rulesToApply(about, context.deps.now()).filter(
    (rule) => decidingRule(about, { ...rule, source }, context.deps.now()) === rule,
  );
}

function addRule({ types, dimensions }: SchemaParts): void {
  types.retentionRule.implement({
    ...access('readAudit'),
    description: 'A rule of retention: what is older than the period goes.',
    fields: (t) => ({
      field: t.field({ type: types.retainedField, nullable: false, resolve: ({ what }) => what }),
      dimension: t.string({
        description: 'Of DIMENSIONS.',
        resolve: ({ dimension }) => shown(dimension, dimensions),
      }),
      source: t.exposeString('source', { description: 'null: every source.' }),
      keep: t.exposeString('keep', { nullable: false, description: 'ISO 8601 duration.' }),
      configured: t.boolean({
        nullable: false,
        description: 'Whether it is in the configuration file, so that it can be changed only there.',
        resolve: ({ id }) => id === undefined,
      }),
      setBy: t.string({ resolve: ({ actorName }) => actorName ?? null }),
      setAt: t.field({ type: 'DateTime', resolve: ({ recordedAt }) => recordedAt ?? null }),
      reason: t.string({ resolve: ({ reason }) => reason ?? null }),
    }),
  });
}

function addQueries({ builder, types }: SchemaParts): void {
  builder.queryFields((t) => ({
    retentionRules: t.field({
      ...access('readAudit', fixed(10)),
      type: [types.retentionRule],
      nullable: false,
      description:
        'Every rule of retention, of the configuration and set by people. All apply, so of two about the same the shorter one decides. With ' +
        '`source`: only those that decide for that source.',
      args: { source: t.arg.string() },
      resolve: (_root, { source }, context) => {
        assertReadsAudit(context);
        return source == null ? allRules(context) : rulesOfSource(context, sourceOf(source));
      },
    }),
    retentionDue: t.int({
      ...access('readAudit', fixed(500)),
      nullable: false,
      description: `A dry run: how many rows a rule with that period would take now, ${MOST_DUE} of each kind at most. What a legal hold keeps is not counted.`,
      args: {
        field: t.arg({ type: types.retainedField, required: true }),
        dimension: t.arg({ type: types.dimension, description: 'Of DIMENSIONS.' }),
        source: t.arg.string({ description: 'absent: every source.' }),
        keep: t.arg.string({ required: true, description: 'An ISO 8601 duration of a day or more.' }),
      },
      resolve: async (_root, { field, dimension, source, keep }, context) => {
        assertReadsAudit(context);
        const about = retainedOf(field, dimension, source);
        if (about.what === 'quarantine')
          throw new InvalidArgumentError(
            'field: what is in the quarantine is in the list of each connection, with when it expires',
          );
        const { record, cells, now } = context.deps;
        const before = keptSince(now(), periodOf(keep));
        return asInt(await countDue(record, cells, { ...about, what: about.what, before }, MOST_DUE));
      },
    }),
  }));
}

function addMutation({ builder, types }: SchemaParts): void {
  builder.mutationField('setRetention', (t) =>
    t.field({
      ...access('administer'),
      type: [types.retentionRule],
      nullable: false,
      description:
        'Sets how long something is kept, of one source or of every one; the agent retention follows it from its next run on. It cannot lengthen ' +
        'what another rule shortens. Returns the rules that decide for the source.',
      args: {
        field: t.arg({ type: types.retainedField, required: true }),
        dimension: t.arg({ type: types.dimension, description: 'Of DIMENSIONS.' }),
        source: t.arg.string({
          description: 'absent: every source. It need not have sent anything yet.',
        }),
        keep: t.arg.string({
          description: 'An ISO 8601 duration of a day or more; absent: the rule that was set is withdrawn.',
        }),
        reason: t.arg.string({ required: true }),
      },
      resolve: async (_root, { field, dimension, source, keep, reason }, context) => {
        const { deps, caller } = context;
        if (!caller.scope.allowsAll('administer'))
          throw new ForbiddenError('this key may not set how long something is kept');
        const about = retainedOf(field, dimension, source);
        if (caller.sources && (about.source === null || !caller.sources.includes(about.source)))
          throw new ForbiddenError('source: this key is bound to other sources');
        if (reason.trim() === '')
          throw new InvalidArgumentError('reason: say why; it is kept in the audit log');
        const by = { actor: caller.id, actorName: caller.name, reason: reason.trim() };
        const change = { ...about, keep: keep == null ? null : periodOf(keep), ...by };
        await changeRule(deps.record, change, auditHook(context, 'setRetention'));
        return rulesOfSource(context, about.source);
      },
    }),
  );
}

function addOfConnection({ builder, types }: SchemaParts): void {
  builder.objectField(types.connection, 'retention', (t) =>
    t.field({
      ...access('readAudit', fixed(10)),
      type: [types.retentionRule],
      description:
        'The rules of retention that decide for each of its sources; for one that is not bound to sources: those of every source. Null with a ' +
        'reason in `extensions.masked` unless the key may read the audit log everywhere.',
      resolve: async ({ sources }, _args, context, info) => {
        if (!context.caller.scope.allowsAll('readAudit')) {
          noteWithheld(context, 'readAudit', pathOf(info.path));
          return null;
        }
        const rules = await Promise.all((sources ?? [null]).map((source) => rulesOfSource(context, source)));
        return [...new Map(rules.flat().map((rule) => [rule.id ?? nameOfRetained(rule), rule])).values()];
      },
    }),
  );
}

function addAgedFields({ builder, types, dimensions }: SchemaParts): void {
  const aged = builder.objectRef<AgedField>('AgedField').implement({
    ...access('readResponse'),
    description: 'A field that the retention policy took from a response.',
    fields: (t) => ({
      field: t.field({ type: types.retainedField, nullable: false, resolve: ({ what }) => what }),
      dimension: t.string({ resolve: ({ dimension }) => shown(dimension, dimensions) }),
      keep: t.exposeString('keep', { nullable: false, description: 'The period of the rule.' }),
      ofSource: t.exposeBoolean('isOfSource', {
        nullable: false,
        description: "Whether it is a rule of the response's source; else of every source.",
      }),
      at: t.expose('at', { type: 'DateTime', nullable: false }),
    }),
  });
  // A deployment from before may have a dimension of that name, which keeps it.
  if (dimensions.some(({ field }) => field === 'agedFields')) return;
  builder.objectField(types.response, 'agedFields', (t) =>
    t.field({
      ...access('readResponse', fixed(1)),
      type: [aged],
      nullable: false,
      description:
        'What the retention policy took from it. That there was a comment is visible to callers with the right readComment.',
      resolve: async ({ id }, _args, context) => [...(await context.aged.load(id))],
    }),
  );
}

/** The field of a dimension as configured; a removed one is named as it is stored. */
const shown = (attribute: string | null, dimensions: readonly Dimension[]) =>
  dimensions.find((one) => one.attribute === attribute)?.field ?? attribute;

function assertReadsAudit({ caller }: ApiContext): void {
  if (!caller.scope.allowsAll('readAudit'))
    throw new ForbiddenError('this key may not read how long something is kept');
}

function sourceOf(source: string): string {
  const name = nameOf(source);
  if (name === '') throw new InvalidArgumentError('source: must not be blank');
  return name;
}

function retainedOf(
  what: RetainedField,
  dimension: string | null | undefined,
  source: string | null | undefined,
): Retained {
  if ((what === 'dimensions') !== (dimension != null))
    throw new InvalidArgumentError('dimension: name one with DIMENSIONS, and only then');
  return { what, dimension: dimension ?? null, source: source == null ? null : sourceOf(source) };
}

function periodOf(keep: string): string {
  if (isAge(keep)) return keep;
  throw new InvalidArgumentError(
    `keep: "${cut(keep)}" is not an ISO 8601 duration of a day or more, such as P2Y`,
  );
}
