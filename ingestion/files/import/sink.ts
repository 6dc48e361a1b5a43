import { readableLine } from '../../../domain/text/text.ts';
import type { Store } from '../../../store/database/client.ts';
import {
  beginImport,
  endImport,
  findImport,
  type ImportRun,
  isOpenFor,
  MOST_A_DAY,
} from '../../../store/responses/imports.ts';
import type { Ingestor } from '../../pipeline/ingestor.ts';
import type { FiledItem, NotedItem, Outcome, RejectionCode } from '../../pipeline/outcome.ts';
import type { Submitter } from '../../pipeline/submitter.ts';
import { acceptFileRows, type FileRequest, formatFileRequest } from '../accept-file-rows.ts';

/** Where an import sends its rows: a running server, or the database. One outcome per row, after the commit. */
export interface ImportSink {
  /** Gives the import an id for an undo; an interrupted import keeps its id, unless it was undone. */
  begin(given: Beginning): Promise<{ readonly id: string; readonly resumed: boolean }>;
  send(request: FileRequest): Promise<Outcome[]>;
  /** Records the counts. */
  end(id: string, account: Readonly<Record<string, number>>): Promise<void>;
}

/** What is known of an import at its beginning. */
export interface Beginning {
  readonly file: string;
  readonly source: string;
  /** SHA-256 in hex. */
  readonly digest: string;
  readonly mapHash: string;
  /** The id of an interrupted one. */
  readonly resume?: string | undefined;
}

/** The server refuses permanently: a wrong key, a wrong map. */
export class ImportRefusedError extends Error {
  override readonly name = 'ImportRefusedError';
}

/** Stores in this process. */
export function databaseSink(
  {
    ingestor,
    store,
    now,
  }: { readonly ingestor: Ingestor; readonly store: Store; readonly now: () => number },
  submitter: Submitter,
  actorName = 'npm run import',
): ImportSink {
  const runs = new Map<string, ImportRun>();
  return {
    begin: async ({ file, source, digest, mapHash, resume }) => {
      const earlier = resume === undefined ? null : await findImport(store, resume);
      const isOpen = earlier !== null && isOpenFor(earlier, { digest, mapHash });
      const given = { file, source, digest, mapHash, madeBy: submitter.id, actorName };
      const run = isOpen ? earlier : await beginImport(store, given, new Date(now()));
      if (!run)
        throw new ImportRefusedError(
          `${MOST_A_DAY} imports were begun within a day, the most that are allowed`,
        );
      runs.set(run.key, run);
      return { id: run.key, resumed: isOpen };
    },
    send: (request) =>
      acceptFileRows(ingestor, submitter, request, runs.get(request.importKey ?? '')?.id ?? null),
    end: async (id, account) => {
      const run = runs.get(id);
      if (run) await endImport(store, run.id, account, new Date(now()));
    },
  };
}

export interface HttpSinkOptions {
  readonly url: string;
  readonly key: string;
  /** How long to wait for a server that does not answer, in milliseconds. */
  readonly patienceMs: number;
  readonly onRetry: (reason: string) => void;
}

const FIRST_PAUSE_MS = 250;
const LAST_PAUSE_MS = 5_000;
/** Characters of an answer that is not the server's. */
const LONGEST_QUOTED = 200;

interface Answer {
  readonly accepted: number;
  readonly rejected: readonly { index: number; code: RejectionCode; message: string }[];
  readonly duplicates: number;
  readonly filedAs?: readonly FiledItem[];
  readonly filedAsTotal?: number;
  /** All of them: a batch of an import has no more rows than an answer lists. */
  readonly noted?: readonly NotedItem[];
}

/**
 * Sends to POST /ingest/file. A batch sent again after a lost answer is recognised, so nothing is counted
 * twice.
 */
export function httpSink(options: HttpSinkOptions): ImportSink {
  const patiently = patientPost(options);
  return {
    begin: (given) => patiently('/ingest/imports', JSON.stringify(given)),
    send: async (request) => {
      const outcomes: Outcome[] = [];
      for (const { body, rows } of formatFileRequest(request))
        outcomes.push(...outcomesOf(await patiently<Answer>('/ingest/file', body), rows));
      return outcomes;
    },
    end: async (id, account) => {
      await patiently(`/ingest/imports/${id}/end`, JSON.stringify(account));
    },
  };
}

/** Sends a body to a path of the server, again until it is answered or the time is up. */
export function patientPost({ url, key, patienceMs, onRetry }: HttpSinkOptions) {
  return async <Result>(path: string, body: string): Promise<Result> => {
    const deadline = Date.now() + patienceMs;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LAST_PAUSE_MS)) {
      const answer = await post<Result>(`${url}${path}`, key, body);
      if (typeof answer !== 'string') return answer.result;
      if (Date.now() > deadline) throw new Error(`${url} gave up on: ${answer}`);
      onRetry(answer);
      await new Promise((done) => setTimeout(done, pause));
    }
  };
}

/** The server's answer, or why to retry. */
async function post<Result>(url: string, key: string, body: string): Promise<{ result: Result } | string> {
  let response: Response;
  let text: string;
  try {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/x-ndjson' };
    response = await fetch(url, { method: 'POST', headers, body });
    text = await response.text();
  } catch (error) {
    const { message, cause } = error as Error & { cause?: Error };
    return `no answer from the server (${cause?.message ?? message})`;
  }
  const json = jsonOf(text || 'null');
  if (json && (response.ok || response.status === 422)) return { result: json.value as Result };
  const said = (json?.value as { errors?: { message?: unknown }[] } | null | undefined)?.errors?.[0]?.message;
  const { status } = response;
  const message = typeof said === 'string' ? said : lineOf(text);
  if ([429, 502, 503, 504].includes(status)) return typeof said === 'string' ? said : `${status} ${message}`;
  if (response.ok) throw new ImportRefusedError(`this is no answer of Scoreline (${status}): ${message}`);
  throw new ImportRefusedError(`the server refused (${status}): ${message}`);
}

/** The beginning of a text, on one line. */
const lineOf = (text: string) =>
  readableLine(
    text
      .slice(0, 2 * LONGEST_QUOTED)
      .replace(/\s+/g, ' ')
      .trim(),
    LONGEST_QUOTED,
  );

/** What a text holds as JSON; undefined where it is none, such as a proxy's page. */
function jsonOf(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/**
 * The answer counts accepted items and duplicates without identifying them; for a report that is enough, and
 * the first of the rows that were not rejected stand for the accepted ones.
 */
function outcomesOf(
  { accepted, rejected, duplicates, filedAs = [], filedAsTotal = 0, noted = [] }: Answer,
  rows: number,
): Outcome[] {
  const settled = accepted + duplicates + rejected.length;
  if (settled !== rows) throw new Error(`of ${rows} rows the server's answer accounts for ${settled}`);
  const outcomes: (Outcome | undefined)[] = Array.from({ length: rows });
  for (const { index, code, message } of rejected) outcomes[index] = { status: 'rejected', code, message };
  let left = accepted;
  const filed = new Map(filedAs.map(({ index, values }) => [index, values]));
  const notes = new Map(noted.map(({ index, codes }) => [index, codes]));
  // Those beyond the ones that the answer names.
  let unnamed = filedAsTotal - filed.size;
  return outcomes.map((outcome, index) => {
    if (outcome) return outcome;
    left -= 1;
    const values = filed.get(index) ?? (unnamed-- > 0 ? {} : undefined);
    const codes = notes.get(index);
    return {
      status: left >= 0 ? 'accepted' : 'duplicate',
      ...(values ? { filedAs: values } : {}),
      ...(codes ? { notes: codes } : {}),
    };
  });
}
