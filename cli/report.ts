import { join } from 'node:path';
import { agentsOf } from '../agents/registry.ts';
import { type ReportDeps, reportFacts } from '../api/report/facts.ts';
import { renderReport } from '../api/report/render.ts';
import { loadConfig } from '../config/config.ts';
import { EVERYTHING } from '../domain/access/scope.ts';
import { safeMessage } from '../domain/errors/error-facts.ts';
import { scoreId } from '../domain/scores/score.ts';
import { publicKeyOf } from '../domain/seals/signing-key.ts';
import { windowEnd } from '../domain/time/window-end.ts';
import { createRecordLineage } from '../graph/record/record-lineage.ts';
import { openDatabase } from '../instance/open-database.ts';
import { verifyScore } from '../proof/verify.ts';
import { createScopedReader } from '../store/access/scoped-views.ts';
import { unscoped } from '../store/database/client.ts';
import { newestAnswer } from '../store/responses/responses.ts';
import { findServer } from './sink.ts';

const WEEKS_MS = 12 * 7 * 86_400_000;
const MINUTE_MS = 60_000;

/**
 * Writes the auditor's report of one score, from the running server or else from the database, to stdout. Without an id it is
 * the score of the twelve weeks that end now, or, where the data are older, with the newest response.
 */
export async function writeReport(id: string | undefined): Promise<number> {
  const config = await loadConfig();
  const server = await findServer(config);
  process.stdout.write(server ? await fromServer(server, id) : await fromRecord(config, id));
  return 0;
}

async function fromServer(
  { url, key }: { url: string; key: string },
  given: string | undefined,
): Promise<string> {
  const get = async (path: string) => {
    const answer = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${key}` } });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text.slice(0, 500)}`);
    return text;
  };
  const newest = async () => {
    const query = '{ responses(first: 1) { edges { node { answeredAt } } } }';
    const { data } = JSON.parse(await get(`/graphql?query=${encodeURIComponent(query)}`)) as {
      data: { responses: { edges: { node: { answeredAt: string } }[] } };
    };
    const [edge] = data.responses.edges;
    return edge ? new Date(edge.node.answeredAt) : null;
  };
  const id = given ?? newestScore(await newest());
  return get(`/reports/score/${encodeURIComponent(id)}`);
}

/** The id of the score over twelve weeks that shows the newest responses. Prints the period on stderr. */
function newestScore(newest: Date | null): string {
  if (newest === null) throw new Error('there are no answers yet; npm run import reads them from a file');
  const now = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
  const until = windowEnd(newest, now)?.getTime() ?? now;
  const from = until - WEEKS_MS;
  const [begin, end] = [from, until].map((time) => new Date(time).toISOString());
  process.stderr.write(
    `report: the twelve weeks from ${begin} to ${end}; the newest answer is of ${newest.toISOString()}\n`,
  );
  return scoreId({ segment: {}, from, until, basis: 'SURVEYED', confidence: 0.95, model: null });
}

async function fromRecord(
  config: Awaited<ReturnType<typeof loadConfig>>,
  given: string | undefined,
): Promise<string> {
  const database = await openDatabase(config, (error) => process.stderr.write(`${safeMessage(error)}\n`));
  try {
    const { store: record, cells, mappings } = database;
    const store = unscoped(record, 'the operator of the data folder sees everything');
    const lineage = createRecordLineage(store);
    const place = {
      publicKey: publicKeyOf(database.signingKey),
      checkpointFile: join(config.dataDir, 'seals', 'heads.ndjson'),
      sealAfter: config.sealAfter,
    };
    const verify: ReportDeps['verify'] = (scope, name) =>
      verifyScore({ ...place, store: record, cells, now: Date.now }, scope, name);
    const { dimensions } = config;
    const deps: ReportDeps = {
      store,
      record,
      cells,
      mappings,
      dimensions,
      // Their decisions are computed again; nothing is observed here.
      agents: agentsOf({
        ...config.agents,
        seals: place,
        projected: null,
        isAway: () => false,
        followerDelays: async () => ({}),
        random: Math.random,
        retention: config.retention,
        cells,
        sign: database.sign,
        filesDue: () => undefined,
        scopedReader: createScopedReader({ store: record, cells, now: Date.now }),
        scopeOf: () => null,
      }),
      lineage,
      now: Date.now,
      verify,
    };
    const reader = { name: 'the operator', role: 'admin', policyVersion: 'built in', scope: EVERYTHING };
    const id = given ?? newestScore(await newestAnswer(record));
    const facts = await reportFacts(deps, reader, id);
    if (!facts) throw new Error(`${id.slice(0, 60)} is not the id of a score`);
    return renderReport(facts);
  } finally {
    await database.close();
  }
}
