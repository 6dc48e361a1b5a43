import type { DemoStatus } from '../../ingestion/demo/runner.ts';
import { DEMO_SEED, MOST_LIVE_MINUTES, MOST_LIVE_RATE } from '../../ingestion/demo/story.ts';
import { audit } from '../../store/audit/audit.ts';
import { auditHook, entryOf } from '../audit.ts';
import type { ApiContext } from '../context.ts';
import { ForbiddenError, InvalidArgumentError } from '../errors.ts';
import { fixed } from '../gate/costs.ts';
import { access, asInt, type TypeOf } from './builder.ts';
import type { ImportView } from './node.ts';
import type { SchemaParts } from './types.ts';

const MINUTE_MS = 60_000;
/** As much as a few thousand responses that a key submits itself. */
const START_POINTS = 200;

/**
 * Adds the query demo and the mutations startDemo, stopDemo and loadExample: answers to try Scoreline with,
 * which undoImport takes out again.
 */
export function addSamples(schema: SchemaParts): void {
  const { builder, types } = schema;
  const demo = addDemo(schema, types.import);
  builder.queryField('demo', (t) =>
    t.field({
      ...access('administer', fixed(10)),
      type: demo,
      nullable: false,
      description: 'The simulated answers of this database. Needs a key that may administer.',
      resolve: (_root, _args, context) => {
        assertAdministers(context, 'see the demo');
        return context.deps.samples.demo.status();
      },
    }),
  );
  builder.mutationFields((t) => ({
    startDemo: t.field({
      ...access('administer', fixed(START_POINTS)),
      type: demo,
      nullable: false,
      description:
        'Fills half a year of simulated answers, as one import, and lets live ones follow. It answers at once; `demo` says how far it is. ' +
        'Called again it continues what was interrupted, adds nothing twice, and sets the end of the live answers; docs/guides/demo.md says what is planted.',
      args: {
        seed: t.arg.int({
          required: true,
          defaultValue: DEMO_SEED,
          description: 'The same number gives the same answers.',
        }),
        liveMinutes: t.arg.float({
          required: true,
          defaultValue: 0,
          description: `For how long live answers follow, from now: 0 to ${MOST_LIVE_MINUTES}.`,
        }),
        rate: t.arg.float({
          required: true,
          defaultValue: 5,
          description: `Live answers a second: above 0, up to ${MOST_LIVE_RATE}.`,
        }),
      },
      resolve: (_root, args, context) => startDemo(args, context),
    }),
    stopDemo: t.field({
      ...access('administer', fixed(10)),
      type: demo,
      nullable: false,
      description: 'Ends the live answers of the demo. Existing answers stay; undoImport removes them.',
      resolve: (_root, _args, context) => {
        assertAdministers(context, 'stop the demo');
        return context.deps.samples.demo.stopLive();
      },
    }),
    loadExample: t.field({
      ...access('administer', fixed(START_POINTS)),
      type: types.import,
      nullable: false,
      description:
        'Imports the example that ships, 56 answers of a survey and some rows that are rejected, or returns its import if it is already loaded. undoImport removes it.',
      resolve: async (_root, _args, context) => {
        assertAdministers(context, 'load the example');
        const { deps, caller } = context;
        const run = await deps.samples.loadExample(caller);
        await deps.record.transaction((session) =>
          audit(session, entryOf(context, 'loadExample', { import: run.key })),
        );
        return run;
      },
    }),
  }));
}

interface StartArgs {
  readonly seed: number;
  readonly liveMinutes: number;
  readonly rate: number;
}

/** @throws InvalidArgumentError, ForbiddenError, OtherDemoError */
function startDemo({ seed, liveMinutes, rate }: StartArgs, context: ApiContext): Promise<DemoStatus> {
  assertAdministers(context, 'start the demo');
  if (!(liveMinutes >= 0 && liveMinutes <= MOST_LIVE_MINUTES))
    throw new InvalidArgumentError(`liveMinutes: ${liveMinutes} is not between 0 and ${MOST_LIVE_MINUTES}`);
  if (!(rate > 0 && rate <= MOST_LIVE_RATE))
    throw new InvalidArgumentError(`rate: ${rate} is not above 0 and at most ${MOST_LIVE_RATE}`);
  const { deps, caller } = context;
  return deps.samples.demo.start({
    submitter: caller,
    seed,
    rate,
    liveMs: liveMinutes * MINUTE_MS,
    note: auditHook(context, 'startDemo'),
    onIngested: deps.onIngested,
  });
}

function addDemo({ builder }: SchemaParts, importType: TypeOf<ImportView>) {
  const state = builder.enumType('DemoState', {
    description: 'What the demo does.',
    values: {
      ABSENT: { description: 'It was not started, or was removed.' },
      FILLING: { description: 'Its history is being filled.' },
      INTERRUPTED: { description: 'The server ended before the history was complete: startDemo continues.' },
      FILLED: { description: 'Its history is complete.' },
      LIVE: { description: 'Its history is complete, and live answers arrive.' },
      FAILED: { description: 'It stopped with an error: `failure` says why, and startDemo tries again.' },
    } as const,
  });
  return builder.objectRef<DemoStatus>('Demo').implement({
    ...access('administer'),
    description: 'Simulated answers to try Scoreline with.',
    fields: (t) => ({
      state: t.expose('state', { type: state, nullable: false }),
      answers: t.int({
        nullable: false,
        resolve: ({ answers }) => asInt(answers),
        description: 'How many were stored, corrections included.',
      }),
      progress: t.exposeFloat('progress', {
        nullable: false,
        description: 'The part of the history that is filled, 0 to 1.',
      }),
      import: t.field({
        type: importType,
        description: 'All of them are one import, which undoImport takes out. Null where it is ABSENT.',
        resolve: ({ run }) => run,
      }),
      liveUntil: t.expose('liveUntil', { type: 'DateTime', description: 'When live answers end.' }),
      failure: t.exposeString('failure'),
    }),
  });
}

function assertAdministers({ caller }: ApiContext, what: string): void {
  if (!caller.scope.allowsAll('administer')) throw new ForbiddenError(`this key may not ${what}`);
}
