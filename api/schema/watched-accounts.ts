import { reasonsOf } from '../../agents/account-watch/decide.ts';
import type { Inputs } from '../../agents/account-watch/inputs.ts';
import { churnProbability } from '../../agents/account-watch/model.ts';
import { nodeId } from '../../domain/lineage/lineage.ts';
import {
  type Money,
  readAccountsOf,
  readWatchedAccounts,
  type WatchedAccount,
} from '../../store/agents/watched-accounts.ts';
import type { AccountFacts } from '../../store/outcomes/account-facts.ts';
import type { ApiContext } from '../context.ts';
import { fixed, paged } from '../gate/costs.ts';
import { atMost } from '../gate/lists.ts';
import { type FieldCost, lengthOf } from '../gate/score-costs.ts';
import { LIMITS } from '../limits.ts';
import { mayRelease, pathOf } from '../masking.ts';
import { findDecision } from './agent-decisions.ts';
import { momentCursor, noteHiddenAgents, parseMomentCursor, uuidOf } from './agent-rights.ts';
import { findAlert } from './alerts.ts';
import { access, costs } from './builder.ts';
import { findCase } from './cases.ts';
import { addConnection, pageOf, pageSize } from './connection.ts';
import type { SchemaParts } from './types.ts';

/** Adds WatchedAccount, and the queries accountsAtRisk and accountsOf. */
export function addWatchedAccounts(schema: SchemaParts): void {
  const { builder, types } = schema;
  implementAccount(schema);
  addAccountsOf(schema);
  const connection = addConnection<WatchedAccount>(schema, {
    name: 'WatchedAccount',
    node: types.watchedAccount,
    shows: 'readRespondent',
    cursorOf: ({ since, decidedAt, place }) => momentCursor(since ?? decidedAt, place),
  });
  builder.queryField('accountsAtRisk', (t) =>
    t.field({
      ...access('readRespondent', paged(20, 1)),
      type: connection,
      nullable: false,
      description:
        'Accounts that are at risk or have potential by the latest decision of `account-watch`, the newest first; those without an alert, ' +
        'because more were found than a team can act on, are among them. Names those accounts only of which the caller may read every ' +
        'answer, outcome and respondent.',
      args: {
        cause: t.arg({ type: types.accountCause, description: 'Absent: both.' }),
        first: t.arg.int({ required: true, defaultValue: 50 }),
        after: t.arg.string(),
      },
      resolve: async (_root, args, context, info) => {
        const first = pageSize(args.first);
        const after = parseMomentCursor(args.after);
        noteHiddenAgents(context, info.path);
        const { deps, caller } = context;
        const query = { cause: args.cause ?? null, after, limit: first + 1, asOf: new Date(deps.now()) };
        return pageOf(await readWatchedAccounts(deps, caller.scope, query), first);
      },
    }),
  );
}

function implementAccount(schema: SchemaParts): void {
  const { types } = schema;
  const facts = addFacts(schema);
  const money = addMoney(schema);
  type Resolver = Parameters<typeof mayRelease>;
  const mayName = ({ cellId, decision }: WatchedAccount, context: ApiContext, path: Resolver[3]) =>
    cellId !== null && mayRelease(context, 'respondent', { id: nodeId('Decision', decision), cellId }, path);
  types.watchedAccount.implement({
    ...access('readRespondent'),
    description:
      'An account with what the latest decision of `account-watch` about it says. Seen by callers who may read scores, answers and ' +
      'predictions of everything, and the respondents of every segment that the account is in.',
    fields: (t) => ({
      about: t.id({
        description: 'The alert or case that was asked for; null in `accountsAtRisk`.',
        resolve: ({ about }) => about,
      }),
      account: t.string({
        description: 'Pseudonym, as in `outcomes`.',
        resolve: (row, _args, context, info) =>
          mayName(row, context, pathOf(info.path)) ? row.account : null,
      }),
      owner: t.string({
        description: 'Who owns the account by the latest outcome OWNER_CHANGED about it.',
        resolve: (row, _args, context, info) => (mayName(row, context, pathOf(info.path)) ? row.owner : null),
      }),
      cause: t.expose('cause', { type: types.accountCause, nullable: false }),
      since: t.expose('since', {
        type: 'DateTime',
        description: 'When it was first found; null once it is over.',
      }),
      decidedAt: t.expose('decidedAt', { type: 'DateTime', nullable: false }),
      reasons: t.stringList({
        nullable: false,
        description: 'The rules that held.',
        resolve: ({ inputs, cause: of }) => {
          const { facts: found } = inputs as Inputs;
          return found ? reasonsOf(of, found) : [];
        },
      }),
      facts: t.field({
        type: facts,
        description:
          'What the decision was made of; null: the account has cancelled, or nothing is known of it any more.',
        resolve: ({ inputs }) => (inputs as Inputs).facts,
      }),
      probability: t.float({
        description:
          'The calibrated chance that it cancels within 90 days; null while rules decide alone, and for accounts with potential.',
        resolve: ({ inputs, cause: of }) => {
          const { facts: found, model } = inputs as Inputs;
          return of === 'risk' && model && found ? churnProbability(model, found) : null;
        },
      }),
      moneyAtStake: t.field({
        type: [money],
        nullable: false,
        description: 'Payments less refunds of the last year, by currency.',
        resolve: ({ money: sums }) => [...sums],
      }),
      decision: t.field({
        ...costs(fixed(2)),
        type: types.decision,
        description: 'The decision, to trace and to compute again.',
        resolve: ({ decision }, _args, context) => findDecision(decision, context),
      }),
      alert: t.field({
        ...costs(fixed(2)),
        type: types.alert,
        description: 'The open alert about it.',
        resolve: ({ alert }, _args, context) => (alert === null ? null : findAlert(alert, context)),
      }),
      case: t.field({
        ...costs(fixed(2)),
        type: types.case,
        description: 'The open case about it.',
        resolve: (row, _args, context) => (row.case === null ? null : findCase(row.case, context)),
      }),
    }),
  });
}

function addFacts({ builder }: SchemaParts) {
  const says = (description: string) => ({ nullable: false as const, description });
  return builder.objectRef<AccountFacts>('AccountFacts').implement({
    ...access('readRespondent'),
    description: 'What is known of an account: yes or no.',
    fields: (t) => ({
      detractor: t.exposeBoolean('detractor', says('Its last answer of a year is a detractor’s.')),
      promoter: t.exposeBoolean('promoter', says('It is a promoter’s.')),
      scoresFall: t.exposeBoolean(
        'falling',
        says('The mean class of the last 120 days is half a class or more below that before.'),
      ),
      namesCancellation: t.exposeBoolean(
        'leaving',
        says('An answer of the last 90 days names the theme `cancellation_risk`.'),
      ),
      usageFell: t.exposeBoolean('usageFell', says('Within 30 days, to half or less.')),
      usageGrew: t.exposeBoolean('usageGrew', says('To one and a half times or more.')),
      pays: t.exposeBoolean('pays', says('Payments of a year are above refunds.')),
    }),
  });
}

function addMoney({ builder }: SchemaParts) {
  return builder.objectRef<Money>('Money').implement({
    ...access('readRespondent'),
    description: 'A sum of one currency.',
    fields: (t) => ({
      amount: t.exposeFloat('amount', { nullable: false, description: "In the currency's main unit." }),
      currency: t.exposeString('currency', { nullable: false, description: 'The code of ISO 4217.' }),
    }),
  });
}

const OF_ALERTS_AND_CASES: FieldCost = {
  points: ({ about }, inside) => 20 + lengthOf(about) * (1 + inside),
  says: '20, and 1 and what is asked inside for each of `about`',
};

/** Subscriptions follow alerts and cases, and release nothing: their accounts are a query of their own. */
function addAccountsOf({ builder, types }: SchemaParts): void {
  builder.queryField('accountsOf', (t) =>
    t.field({
      ...access('readRespondent', OF_ALERTS_AND_CASES),
      type: [types.watchedAccount],
      nullable: false,
      description: 'The accounts that these alerts and cases are about, also once it is over; likewise.',
      args: {
        about: t.arg.idList({
          required: true,
          ...atMost(LIMITS.page, 'Ids of alerts of `account-watch`, and of cases about them.'),
        }),
      },
      resolve: (_root, { about }, context, info) => {
        noteHiddenAgents(context, info.path);
        const { deps, caller } = context;
        const keysOf = (kind: string) => about.flatMap((id) => uuidOf(kind, id) ?? []);
        const asked = { alerts: keysOf('Alert'), cases: keysOf('Case'), asOf: new Date(deps.now()) };
        return readAccountsOf(deps, caller.scope, asked);
      },
    }),
  );
}
