import { COUNTING_REASONS, describePolicy, POLICY_KINDS } from '../../domain/responses/counting.ts';
import { nameOf } from '../../domain/text/text.ts';
import { decideCounting, setPolicy } from '../../store/responses/apply-policies.ts';
import type { CountingState } from '../../store/responses/counting-states.ts';
import { type PolicyRow, readPolicies } from '../../store/responses/respondent-policies.ts';
import { auditHook } from '../audit.ts';
import type { ApiContext } from '../context.ts';
import { ForbiddenError, InvalidArgumentError } from '../errors.ts';
import { fixed } from '../gate/costs.ts';
import { access, asInt, momentOf } from './builder.ts';
import { RESPONSE_PREFIX, responseKeyOf } from './node.ts';
import type { SchemaParts } from './types.ts';

/** A policy counts at most one answer of a person in so many days. */
const MOST_DAYS = 3_660;
/** No answer is earlier. */
const BEGINNING = new Date('1900-01-01T00:00:00Z');

/** Adds Response.counting, respondentPolicies and the mutations setRespondentPolicy and countResponse. */
export function addCounting(schema: SchemaParts): void {
  addState(schema);
  addPolicies(schema);
  addVerdicts(schema);
}

function addState({ builder, types, dimensions }: SchemaParts): void {
  const reason = builder.enumType('CountingReason', {
    description:
      'Why an answer is not counted. SUPERSEDED: a later answer of the person is. WITHIN_PERIOD: one shortly before it is. FLAGGED: a rule ' +
      'flagged it. LEFT_OUT: a person left it out. PUT_BACK: it is counted, because a person put it back.',
    values: COUNTING_REASONS,
  });
  const state = builder.objectRef<CountingState>('ResponseCounting').implement({
    ...access('readResponse'),
    description: 'Whether a response is counted, and why.',
    fields: (t) => ({
      counted: t.exposeBoolean('counted', { nullable: false }),
      reason: t.field({
        type: reason,
        description: 'Null for what is counted like any other.',
        resolve: (row) => row.reason,
      }),
      rule: t.exposeString('rule', {
        description: 'The policy ("ONE_PER 30 days"), or the rule that flagged it.',
      }),
      since: t.expose('since', { type: 'DateTime' }),
      instead: t.id({
        description:
          'The counted response of the same person that stands for it; null where you may not read that one.',
        resolve: ({ instead }) => (instead === null ? null : `${RESPONSE_PREFIX}${instead}`),
      }),
      flags: t.exposeStringList('flags', {
        description:
          'The rules that flagged it, whatever came of it; null where you may not read every response, because a flag says that there are ' +
          'others like it.',
      }),
    }),
  });
  // A deployment from before may have a dimension of that name, which keeps it.
  if (dimensions.some(({ field }) => field === 'counting')) return;
  builder.objectField(types.response, 'counting', (t) =>
    t.field({
      ...access('readResponse', fixed(1)),
      type: state,
      nullable: false,
      description: 'Whether it is counted: policies, flags and people decide.',
      resolve: ({ id }, _args, context) => context.countings.load(id),
    }),
  );
}

function addPolicies({ builder }: SchemaParts): void {
  const kind = builder.enumType('RespondentPolicyKind', {
    description:
      'Which answers of a person to the survey are counted. ALL: every one. LATEST: the last one. ONE_PER: the first, and then the first ' +
      'after `days` days from one that is counted.',
    values: POLICY_KINDS,
  });
  const policy = builder.objectRef<PolicyRow>('RespondentPolicy').implement({
    ...access('administer'),
    description: 'A version of the respondent policy of a survey.',
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ id }) => String(id) }),
      survey: t.exposeString('survey', { nullable: false }),
      kind: t.expose('kind', { type: kind, nullable: false }),
      days: t.exposeInt('days'),
      description: t.string({ nullable: false, resolve: describePolicy }),
      from: t.field({
        type: 'DateTime',
        description: 'Answers given from this moment on follow it; null: all.',
        resolve: ({ effectiveFrom }) => (effectiveFrom <= BEGINNING ? null : effectiveFrom),
      }),
      setBy: t.exposeString('actorName', { nullable: false }),
      reason: t.exposeString('reason', { nullable: false }),
      setAt: t.expose('recordedAt', { type: 'DateTime', nullable: false }),
      moved: t.int({
        nullable: false,
        description: 'How many stored answers began or ceased to be counted by it so far.',
        resolve: ({ moved }) => asInt(moved),
      }),
      appliedAt: t.expose('appliedAt', {
        type: 'DateTime',
        description: 'When it was applied to all stored answers; null while that goes on.',
      }),
    }),
  });
  builder.queryField('respondentPolicies', (t) =>
    t.field({
      ...access('administer', fixed(10)),
      type: [policy],
      nullable: false,
      description:
        'Every version of the respondent policies of surveys, in the order in which they were set. A survey without one counts all.',
      resolve: (_root, _args, context) => {
        assertAdministrator(context);
        return readPolicies(context.deps.record);
      },
    }),
  );
  builder.mutationField('setRespondentPolicy', (t) =>
    t.field({
      ...access('administer'),
      type: policy,
      nullable: false,
      description:
        'Sets which answers of a person to a survey are counted, whatever their segment. Arriving answers follow it at once; stored ones are ' +
        'reconsidered person by person (`appliedAt`), and every number agrees with what is counted at every moment.',
      args: {
        survey: t.arg.string({ required: true }),
        kind: t.arg({ type: kind, required: true }),
        days: t.arg.int({ description: 'Of ONE_PER.' }),
        from: t.arg({
          type: 'DateTime',
          description: 'For answers given from this moment on; absent: for all.',
        }),
        reason: t.arg.string({ required: true }),
      },
      resolve: (_root, { survey, kind, days, from, reason }, context) => {
        assertAdministrator(context);
        const version = { survey: surveyOf(survey), kind, days: daysOf(kind, days) };
        const effectiveFrom =
          from === null || from === undefined ? BEGINNING : new Date(momentOf('from', from));
        const by = { ...actorOf(context), reason: reasonOf(reason) };
        return setPolicy(
          { store: context.deps.record },
          { ...version, effectiveFrom, ...by },
          auditHook(context, 'setRespondentPolicy'),
        );
      },
    }),
  );
}

function addVerdicts({ builder }: SchemaParts): void {
  builder.mutationField('countResponse', (t) =>
    t.boolean({
      ...access('administer'),
      nullable: false,
      description:
        'Counts a response after all (true), leaves it out (false), or lets policies and rules decide again (null). Scores follow at once. ' +
        'False when there is no such response.',
      args: {
        response: t.arg.id({ required: true }),
        counted: t.arg.boolean(),
        reason: t.arg.string({ required: true }),
      },
      resolve: (_root, { response, counted = null, reason }, context) => {
        assertAdministrator(context);
        const responseId = responseKeyOf(String(response));
        if (responseId === null) throw new InvalidArgumentError('response: not the id of a response');
        const verdict = { responseId, counted, ...actorOf(context), reason: reasonOf(reason) };
        const { record: store, seals } = context.deps;
        return decideCounting({ store, sign: seals.sign }, verdict, auditHook(context, 'countResponse'));
      },
    }),
  );
}

/** @throws ForbiddenError: what is counted is decided for all segments together. */
function assertAdministrator({ caller }: ApiContext): void {
  if (!caller.scope.allowsAll('administer'))
    throw new ForbiddenError('this key may not decide which responses are counted');
}

const actorOf = ({ caller }: ApiContext) => ({ actor: caller.id, actorName: caller.name });

function reasonOf(reason: string): string {
  if (reason.trim() === '') throw new InvalidArgumentError('reason: say why; it is kept in the audit log');
  return reason.trim();
}

function surveyOf(survey: string): string {
  const name = nameOf(survey);
  if (name === '') throw new InvalidArgumentError('survey: must not be blank');
  return name;
}

function daysOf(kind: string, days: number | null | undefined): number | null {
  if (kind !== 'ONE_PER') {
    if (days !== null && days !== undefined)
      throw new InvalidArgumentError(`days: only ONE_PER takes days, not ${kind}`);
    return null;
  }
  if (!Number.isInteger(days) || (days ?? 0) < 1 || (days ?? 0) > MOST_DAYS)
    throw new InvalidArgumentError(`days: ONE_PER takes a whole number of days from 1 to ${MOST_DAYS}`);
  return days as number;
}
