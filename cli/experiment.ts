import { join } from 'node:path';
import { loadConfig } from '../config/config.ts';
import { safeMessage } from '../domain/errors/error-facts.ts';
import { RETRAINING_POLICIES, type RetrainingPolicy } from '../domain/models/retraining-policy.ts';
import { openDatabase } from '../instance/open-database.ts';
import { openEncoders } from '../scoring/encoders.ts';
import { type PolicyOutcome, replayPolicies } from '../scoring/experiment.ts';
import { PREPARATION, preparedFor } from '../scoring/preparation.ts';
import { featureSourceOf } from '../scoring/scorer.ts';
import { examplesOf, labelWeight, MOST_EXAMPLES } from '../scoring/training-job.ts';
import { readLabelled } from '../store/models/predictions.ts';
import { UsageError } from './command.ts';
import { findServer } from './sink.ts';

/** The newest of so many are replayed: their inputs are held in memory. */
const MOST_ANSWERS = 50_000;

interface Values {
  readonly policies: string | undefined;
  readonly format: string;
  readonly seed: string;
  readonly 'first-days': string;
}

/** Replays the labelled answers of the database under policies of retraining; stores nothing. */
export async function experiment(values: Values): Promise<number> {
  const [seed, firstDays] = [whole('--seed', values.seed), whole('--first-days', values['first-days'])];
  if (values.format !== 'table' && values.format !== 'json')
    throw new UsageError('--format is table or json');
  const config = await loadConfig();
  const policies = policiesOf(values.policies, config.agents.retraining);
  if (await findServer(config))
    throw new Error('a server runs on this database: stop it, or run the experiment on a copy of its folder');
  const warn = (error: Error) => process.stderr.write(`${safeMessage(error)}\n`);
  const database = await openDatabase(config, warn);
  const encoders = openEncoders({
    main: config.encoder ?? null,
    cacheFolder: join(config.dataDir, 'encoders'),
  });
  try {
    const labelled = await readLabelled(database, new Date(), MOST_ANSWERS);
    if (labelled.length < 100)
      throw new Error(`${labelled.length} answers have a text and a score; an experiment needs at least 100`);
    const sources = labelled.map((one) =>
      preparedFor({ preparation: PREPARATION, languages: ['en'] }, featureSourceOf(database.cells, one)),
    );
    const examples = await examplesOf(
      await encoders.main(),
      sources,
      labelled.map((one) => one.class ?? 0),
      labelled.map(labelWeight),
    );
    const answers = examples.map((example, i) => ({
      ...example,
      at: labelled[i]?.answeredAt.getTime() ?? 0,
      isCorrected: labelled[i]?.corrected ?? false,
    }));
    const outcomes = replayPolicies(answers, policies, {
      firstDays,
      mostExamples: MOST_EXAMPLES,
      seed,
      clock: () => performance.now(),
    });
    process.stdout.write(
      values.format === 'json' ? `${JSON.stringify(outcomes, null, 2)}\n` : tableOf(outcomes),
    );
    return 0;
  } finally {
    await encoders.close();
    await database.close();
  }
}

/** Those named, of the ones that ship and the one in force. */
function policiesOf(names: string | undefined, inForce: RetrainingPolicy): RetrainingPolicy[] {
  const known: Readonly<Record<string, RetrainingPolicy>> = {
    ...RETRAINING_POLICIES,
    [inForce.name]: inForce,
  };
  return (names?.split(',') ?? Object.keys(known)).map((name) => {
    const found = Object.hasOwn(known, name) ? known[name] : undefined;
    if (!found) throw new UsageError(`--policies names some of ${Object.keys(known).join(', ')}`);
    return found;
  });
}

function whole(option: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 1_000_000) return value;
  throw new UsageError(`${option} must be a whole number from 1 to 1000000`);
}

function tableOf(outcomes: readonly PolicyOutcome[]): string {
  const line = (cells: readonly string[]) =>
    `${cells.map((cell, i) => (i === 0 ? cell.padEnd(14) : cell.padStart(10))).join('')}\n`;
  const figures = ({ macroF1, accuracy, brier, ece }: PolicyOutcome['quality']) =>
    [macroF1, accuracy, brier, ece].map((value) => value.toFixed(3));
  const head = line(['policy', 'trainings', 'seconds', 'answers', 'macro-F1', 'accuracy', 'Brier', 'ECE']);
  const rows = outcomes.map(({ policy, trainings, seconds, quality }) =>
    line([policy, `${trainings}`, seconds.toFixed(1), `${quality.n}`, ...figures(quality)]),
  );
  const months = outcomes.flatMap(({ policy, months: list }) =>
    list.map((month) => line([policy, month.from, `${month.n}`, ...figures(month)])),
  );
  const monthly = line(['policy', 'from', 'answers', 'macro-F1', 'accuracy', 'Brier', 'ECE']);
  return [head, ...rows, '\n', monthly, ...months].join('');
}
