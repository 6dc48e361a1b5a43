import { join } from 'node:path';
import { type ReportDeps, reportFacts } from '../api/report/facts.ts';
import { renderReport } from '../api/report/render.ts';
import { loadConfig } from '../config.ts';
import { safeMessage, terminalMessage } from '../domain/error-facts.ts';
import { EVERYTHING } from '../domain/scope.ts';
import { publicKeyOf } from '../domain/signing-key.ts';
import { createRecordLineage } from '../graph/record-lineage.ts';
import { verifyScore } from '../graph/seals/verify.ts';
import { openRecord } from '../instance/open-record.ts';
import { findServer } from './sink.ts';

const USAGE = 'usage: npm run --silent report -- ID > report.html   (ID: the id of an NpsRow)';

/** npm run report: the auditor's report of one score, from the running server or else from the record, on stdout. */
async function main(): Promise<void> {
  const [id, ...more] = process.argv.slice(2);
  if (id === undefined || more.length > 0) throw new Error(USAGE);
  const config = await loadConfig();
  const server = await findServer(config);
  process.stdout.write(server ? await fromServer(server, id) : await fromRecord(config, id));
}

async function fromServer({ url, key }: { url: string; key: string }, id: string): Promise<string> {
  const answer = await fetch(`${url}/reports/score/${encodeURIComponent(id)}`, {
    headers: { authorization: `Bearer ${key}` },
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text.slice(0, 500)}`);
  return text;
}

async function fromRecord(config: Awaited<ReturnType<typeof loadConfig>>, id: string): Promise<string> {
  const record = await openRecord(config, (error) => process.stderr.write(`${safeMessage(error)}\n`));
  try {
    const lineage = createRecordLineage(record.store);
    const place = {
      publicKey: publicKeyOf(record.signingKey),
      headFile: join(config.dataDir, 'seals', 'heads.ndjson'),
      sealAfter: config.sealAfter,
    };
    const verify: ReportDeps['verify'] = (scope, name) =>
      verifyScore({ ...record, ...place, now: Date.now }, scope, name);
    const deps = {
      ...record,
      record: record.store,
      dimensions: config.dimensions,
      lineage,
      now: Date.now,
      verify,
    };
    const reader = { name: 'the operator', role: 'admin', policyVersion: 'built in', scope: EVERYTHING };
    const facts = await reportFacts(deps, reader, id);
    if (!facts) throw new Error(`${id.slice(0, 60)} is not the id of a score\n${USAGE}`);
    return renderReport(facts);
  } finally {
    await record.close();
  }
}

main().catch((error: Error) => {
  process.stderr.write(`report: ${terminalMessage(error)}\n`);
  process.exitCode = 1;
});
