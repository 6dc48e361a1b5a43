/* The server's door for files: /ingest/uploads (docs/guides/imports.md, "Over HTTP"). */

/** Sends a request under the viewer's session; `path` begins with a slash. */
export type Send = (path: string, init?: RequestInit) => Promise<Response>;

/** What a column is taken for, or could be, with the entry of the map that says so. */
export interface RoleGuess {
  readonly role: Role | 'none';
  readonly field?: string;
  readonly reason: string;
  readonly certainty: 'certain' | 'likely' | 'doubtful';
  readonly entry: unknown;
}

export type Role =
  | 'externalId'
  | 'answeredAt'
  | 'score'
  | 'comment'
  | 'respondent'
  | 'revision'
  | 'dimension';

export interface ColumnGuess {
  readonly name: string;
  readonly examples: readonly string[];
  readonly filled: number;
  /** Null: more than 1,000. */
  readonly different: number | null;
  readonly guess: RoleGuess;
  readonly alternatives: readonly RoleGuess[];
}

export interface Doubt {
  readonly at: 'answeredAt' | 'score';
  readonly message: string;
  readonly choices: readonly { readonly label: string; readonly entry: unknown }[];
}

export interface ReadAs {
  readonly format: string;
  readonly separator: string | null;
  readonly within: string | null;
  readonly sheet: string | null;
  readonly encoding: string;
  readonly encodingFrom: string;
  readonly emptyColumns: number;
  readonly backslashQuotes: boolean;
}

export type FileMap = Readonly<Record<string, unknown>>;

/** What was understood of a file. */
export interface Understood {
  readonly readAs: ReadAs | null;
  readonly tool: string | null;
  readonly rows: number;
  readonly isWhole: boolean;
  readonly unreadable: number;
  readonly problems: readonly { readonly line: number; readonly problem: string }[];
  readonly sheets: readonly { readonly name: string; readonly isHidden: boolean }[];
  readonly columns: readonly ColumnGuess[];
  readonly map: FileMap;
  readonly missing: readonly { readonly at: string; readonly message: string }[];
  readonly doubts: readonly Doubt[];
}

export interface Reject {
  readonly line: number;
  readonly item?: number;
  readonly code: string;
  readonly message: string;
}

/** What an import by a map would do. */
export interface DryRun {
  readonly rows: number;
  readonly isWhole: boolean;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly filtered: number;
  readonly blank: number;
  readonly doubts: number;
  readonly firstDoubts: readonly string[];
  readonly reasons: Readonly<Record<string, number>>;
  readonly notes: Readonly<Record<string, number>>;
  readonly rejects: readonly Reject[];
  readonly firstRows: readonly {
    readonly line: number;
    readonly externalId: string;
    readonly answeredAt: string;
    readonly score: number | null;
    readonly class: 'promoter' | 'passive' | 'detractor' | null;
    readonly comment: string | null;
    readonly values: Readonly<Record<string, string>>;
  }[];
  readonly cells: {
    readonly count: number;
    readonly rowsBeyond: number;
    readonly shown: readonly {
      readonly values: Readonly<Record<string, string>>;
      readonly rows: number;
      /** Null where the viewer may not know it. */
      readonly isNew: boolean | null;
    }[];
  };
}

/** How far an import is. */
export interface ImportState {
  readonly state: 'running' | 'paused' | 'interrupted' | 'failed' | 'done';
  readonly message: string | null;
  readonly importId: string | null;
  readonly bytesRead: number;
  readonly bytes: number;
  readonly rows: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly filtered: number;
  readonly blank: number;
  readonly doubts: number;
  readonly reasons: Readonly<Record<string, number>>;
  readonly notes: Readonly<Record<string, number>>;
  readonly firstRejects: readonly Reject[];
  readonly firstDoubts: readonly string[];
}

export interface Upload {
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
  readonly received: number;
  readonly begunAt: string;
  /** Whether the content is still on the server. */
  readonly isKept: boolean;
  readonly import: ImportState | null;
}

/** The server refused; the message is for the person. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly status: number;
  readonly received: number | undefined;

  constructor(message: string, status: number, received?: number) {
    super(message);
    this.status = status;
    this.received = received;
  }
}

const PART_BYTES = 4 * 1024 * 1024;
/** A larger file is not hashed here: its bytes would all be in memory. */
const MOST_HASHED = 256 * 1024 * 1024;
const TRIES = 6;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** The door for files, for one viewer. */
export class UploadClient {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  /** Sends the file in parts, or the rest of it where a part is there already. */
  async upload(file: File, onProgress: (sent: number) => void, signal: AbortSignal): Promise<Upload> {
    const digest = await digestOf(file);
    const begun = await this.#json<Upload>('', post({ name: file.name, bytes: file.size, digest }, signal));
    let at = begun.received;
    onProgress(at);
    while (at < file.size) {
      at = await this.#part(begun.id, file, at, signal);
      onProgress(at);
    }
    return this.get(begun.id);
  }

  /** The viewer's files on the server, newest first. */
  async list(): Promise<readonly Upload[]> {
    return (await this.#json<{ uploads: Upload[] }>('')).uploads;
  }

  get(id: string): Promise<Upload> {
    return this.#json(`/${id}`);
  }

  understand(
    id: string,
    asked: { readonly zone: string; readonly sheet?: string | undefined },
  ): Promise<Understood> {
    return this.#json(`/${id}/preview`, post(asked));
  }

  dryRun(id: string, map: FileMap, signal: AbortSignal): Promise<DryRun> {
    return this.#json(`/${id}/preview`, post({ map }, signal));
  }

  /** Without a map the interrupted import continues. */
  start(id: string, map?: FileMap): Promise<Upload> {
    return this.#json(`/${id}/import`, post(map ? { map } : {}));
  }

  pause(id: string): Promise<Upload> {
    return this.#json(`/${id}/pause`, post({}));
  }

  async remove(id: string): Promise<void> {
    await this.#json(`/${id}`, { method: 'DELETE' });
  }

  /** The rejected rows of an import, as NDJSON. */
  async rejects(id: string): Promise<Blob> {
    const response = await this.#send(`/ingest/uploads/${id}/rejects`);
    if (!response.ok) throw refusalOf(response.status, await response.text());
    return response.blob();
  }

  /** One part; after a broken connection it is tried again for a while. */
  async #part(id: string, file: File, at: number, signal: AbortSignal): Promise<number> {
    const body = file.slice(at, at + PART_BYTES);
    const headers = { 'content-type': 'application/octet-stream' };
    for (let tries = 1; ; tries++) {
      try {
        const init = { method: 'PUT', body, headers, signal };
        return (await this.#json<{ received: number }>(`/${id}?offset=${at}`, init)).received;
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof RefusedError && error.received !== undefined) return error.received;
        const mayPass = !(error instanceof RefusedError) || [429, 502, 503, 504].includes(error.status);
        if (!mayPass || tries === TRIES) throw error;
        await pause(250 * 2 ** tries);
      }
    }
  }

  async #json<Value>(path: string, init?: RequestInit): Promise<Value> {
    const response = await this.#send(`/ingest/uploads${path}`, init);
    const text = await response.text();
    if (response.ok) return (text === '' ? null : JSON.parse(text)) as Value;
    throw refusalOf(response.status, text);
  }
}

function refusalOf(status: number, text: string): RefusedError {
  let message = `the server answered with ${status}`;
  let received: number | undefined;
  try {
    const [error] = (
      JSON.parse(text) as { errors: { message: string; extensions?: { received?: number } }[] }
    ).errors;
    message = error?.message ?? message;
    received = error?.extensions?.received;
  } catch {
    // A proxy answered.
  }
  return new RefusedError(message, status, received);
}

const post = (body: object, signal?: AbortSignal): RequestInit => ({
  method: 'POST',
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
  ...(signal ? { signal } : {}),
});

/** SHA-256 in hex, by which an upload continues; null where the browser has none or the file is large. */
async function digestOf(file: File): Promise<string | null> {
  if (!globalThis.crypto?.subtle || file.size > MOST_HASHED) return null;
  const hash = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
