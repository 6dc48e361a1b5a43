import type { AnyAgent } from '../../agents/loop/agent.ts';
import { decideAbout } from '../../agents/loop/run.ts';
import type { Asked } from '../../agents/requests/act.ts';
import { REQUESTS, requestsAgent } from '../../agents/requests/index.ts';
import type { AlertRow } from '../../store/agents/alerts.ts';
import { type CaseRow, readCases } from '../../store/agents/cases.ts';
import { parseCellSet, SEEN_BY, seenBy } from '../../store/agents/cell-set.ts';
import { type DecisionRow, lastDecision } from '../../store/agents/decisions.ts';
import { auditHook } from '../audit.ts';
import type { ApiContext } from '../context.ts';
import { ForbiddenError, InvalidArgumentError } from '../errors.ts';
import { fixed } from '../gate/costs.ts';
import { findDecision } from './agent-decisions.ts';
import { allowsCells, mayManage, reasonOf, uuidOf } from './agent-rights.ts';
import { acknowledge, findAlert } from './alerts.ts';
import { access } from './builder.ts';
import { causeOf, openNew } from './case-mutations.ts';
import type { SchemaParts } from './types.ts';

/** What became of a request: it was done, or it waits for a person. */
interface Requested {
  readonly alert?: AlertRow;
  readonly case?: CaseRow;
  readonly proposal?: DecisionRow;
}

/** Adds the requests of callers that may not work on alerts and cases themselves: programs with a language model, for example. */
export function addRequests({ builder, types }: SchemaParts): void {
  const requested = builder.objectRef<Requested>('WorkRequest').implement({
    ...access('readResponse'),
    description:
      'What became of a request: the case or the alert where the caller may do it or the case is open already, else the proposal that waits for a person.',
    fields: (t) => ({
      case: t.field({ type: types.case, resolve: (row) => row.case ?? null }),
      alert: t.field({ type: types.alert, resolve: (row) => row.alert ?? null }),
      proposal: t.field({ type: types.decision, resolve: (row) => row.proposal ?? null }),
    }),
  });
  builder.mutationFields((t) => ({
    requestCase: t.field({
      ...access('readResponse', fixed(20)),
      type: requested,
      nullable: false,
      description:
        'Opens a case if the caller has the right manageCases for these segments; else proposes it to callers that have it. Where one about the ' +
        'same cause is open, returns that. A proposal keeps neither title nor reason: it outlives the answer that it is about.',
      args: {
        cause: t.arg.id({ required: true, description: 'The response or alert that it is about.' }),
        title: t.arg.string({ required: true }),
        severity: t.arg({ type: types.severity, required: true, defaultValue: 'WARNING' }),
        reason: t.arg.string({ required: true }),
      },
      resolve: async (_root, { cause: id, title, severity, reason }, context): Promise<Requested> => {
        const why = reasonOf(reason);
        if (title.trim() === '') throw new InvalidArgumentError('title: say what the case is about');
        const cause = await causeOf(id, context);
        if (!cause) throw new InvalidArgumentError('cause: no such response or alert exists here');
        if (mayManage(context.caller.scope, context.deps.cells, cause.cells))
          return { case: await openNew(context, cause, { title, severity, reason: why }) };
        const open = await openCaseOf(id, context);
        if (open) return { case: open };
        const { segment } = cause;
        const asked = { work: 'openCase', about: id, severity, segment } as const;
        return { proposal: await propose(context, asked, cause.cells) };
      },
    }),
    requestAcknowledgement: t.field({
      ...access('readResponse', fixed(20)),
      type: requested,
      nullable: false,
      description:
        'Acknowledges an alert if the caller has the right manageCases for these segments; else proposes it to callers that have it.',
      args: { id: t.arg.id({ required: true }), reason: t.arg.string({ required: true }) },
      resolve: async (_root, { id, reason }, context): Promise<Requested> => {
        const why = reasonOf(reason);
        const key = uuidOf('Alert', id);
        const found = key === null ? null : await findAlert(key, context);
        if (!found) throw new InvalidArgumentError('id: no such alert exists here');
        if (mayManage(context.caller.scope, context.deps.cells, found.cells))
          return { alert: await acknowledge(context, found, why) };
        if (found.state !== 'OPEN')
          throw new InvalidArgumentError(`id: the alert is ${found.state.toLowerCase()} already`);
        return { proposal: await propose(context, { work: 'acknowledgeAlert', about: id }, found.cells) };
      },
    }),
  }));
}

/** The case about that which is not closed, where the caller sees it. */
async function openCaseOf(cause: string, { deps, caller }: ApiContext): Promise<CaseRow | undefined> {
  const states = ['OPEN', 'IN_PROGRESS'] as const;
  const [open] = await readCases(deps.store, seenBy(caller.scope, deps.cells), {
    ...{ states, after: null, limit: 1, cause },
  });
  return open;
}

/** Stores the proposal, or finds the one that says the same. */
async function propose(context: ApiContext, asked: Asked, cells: string): Promise<DecisionRow> {
  const { deps, caller } = context;
  if (!SEEN_BY.every((group) => allowsCells(caller.scope, deps.cells, cells, group)))
    throw new ForbiddenError('this key may not see proposals about these segments, and so makes none');
  const agent = requestsAgent as AnyAgent;
  const key = `${asked.work} ${asked.about}`;
  const made = await decideAbout(
    { store: deps.record, cells: deps.cells, dimensions: deps.dimensions, now: deps.now },
    agent,
    { key, inputs: { asked }, cells: parseCellSet(cells), about: [asked.about] },
    {
      onError: (err) => deps.log.warn({ err }, 'what a caller asked for could not be done'),
      note: auditHook(context, 'work.request'),
    },
  );
  if (!made) throw new ForbiddenError(`proposals of callers are switched off: the agent ${REQUESTS} is`);
  const last = await deps.record.transaction((session) => lastDecision(session, REQUESTS, key));
  const found = last && (await findDecision(made.id ?? last.id, context));
  if (!found) throw new InvalidArgumentError('id: nothing is proposed about this');
  return found;
}
