import type { Acceptor } from '../accept.ts';
import { acceptFileRows, type FileRequest, formatFileRequest } from '../connectors/file.ts';
import type { FiledItem, NotedItem, Outcome, RejectionCode } from '../outcome.ts';
import type { Submitter } from '../submitter.ts';

/** Where an import sends its rows: a running server, or the record itself. One outcome per row, after the commit. */
export interface ImportSink {
  send(request: FileRequest): Promise<Outcome[]>;
}

/** The server refuses for good: a wrong key, a wrong map. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

/** Accepts in this process. */
export function recordSink(acceptor: Acceptor, submitter: Submitter): ImportSink {
  return { send: (request) => acceptFileRows(acceptor, submitter, request) };
}

export interface HttpSinkOptions {
  readonly url: string;
  readonly key: string;
  /** For how long a server that does not answer is waited for, in milliseconds. */
  readonly patienceMs: number;
  readonly onRetry: (reason: string) => void;
}

const FIRST_PAUSE_MS = 250;
const LAST_PAUSE_MS = 5_000;

interface Answer {
  readonly accepted: number;
  readonly rejected: readonly { index: number; code: RejectionCode; message: string }[];
  readonly duplicates: number;
  readonly filedAs?: readonly FiledItem[];
  readonly filedAsTotal?: number;
  /** All of them: a batch of an import has no more rows than an answer tells of. */
  readonly noted?: readonly NotedItem[];
}

/** Sends to POST /ingest/file. A batch sent again after a lost answer is recognised, so nothing is counted twice. */
export function httpSink({ url, key, patienceMs, onRetry }: HttpSinkOptions): ImportSink {
  return {
    send: async (request) => {
      const body = formatFileRequest(request);
      const deadline = Date.now() + patienceMs;
      for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LAST_PAUSE_MS)) {
        const answer = await post(`${url}/ingest/file`, key, body);
        if (typeof answer !== 'string') return outcomesOf(answer, request.rows.length);
        if (Date.now() > deadline) throw new Error(`${url} gave up on: ${answer}`);
        onRetry(answer);
        await new Promise((done) => setTimeout(done, pause));
      }
    },
  };
}

/** The account, or why to try again. */
async function post(url: string, key: string, body: string): Promise<Answer | string> {
  let response: Response;
  try {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/x-ndjson' };
    response = await fetch(url, { method: 'POST', headers, body });
  } catch (error) {
    const { message, cause } = error as Error & { cause?: Error };
    return `no answer from the server (${cause?.message ?? message})`;
  }
  if (response.ok || response.status === 422) return (await response.json()) as Answer;
  const text = await response.text();
  const message =
    (JSON.parse(text || '{}') as { errors?: { message: string }[] }).errors?.[0]?.message ?? text;
  if ([429, 502, 503, 504].includes(response.status)) return message;
  throw new Refused(`the server refused (${response.status}): ${message}`);
}

/**
 * The answer counts what was accepted and what was a duplicate without saying which was which; for an account that is
 * enough, and the first of the rows that were not rejected stand for the accepted ones.
 */
function outcomesOf(
  { accepted, rejected, filedAs = [], filedAsTotal = 0, noted = [] }: Answer,
  rows: number,
): Outcome[] {
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
