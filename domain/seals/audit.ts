import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** The actor, as the log stores it. */
export interface AuditActor {
  /** "ApiKey:…", "token:…", "admin"; "system" without a caller. */
  readonly actor: string;
  readonly actorName: string;
  readonly role: string;
  /** The policies in force; null without a caller. */
  readonly policyVersion: string | null;
  /** The caller's stated purpose. */
  readonly purpose: string | null;
}

export const AUDIT_OUTCOMES = ['done', 'refused'] as const;
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

/** One entry. `subject` refers to things by id; it contains no comment, no respondent and no key. */
export interface AuditEntry extends AuditActor {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly action: string;
  readonly subject: AuditSubject;
  readonly outcome: AuditOutcome;
}

export type AuditSubject = Readonly<Record<string, unknown>>;

/** A row of the log, and a line of its export. */
export interface AuditRow extends AuditActor {
  /** From 1, without gaps. */
  readonly seq: number;
  /** RFC 3339 in UTC, to the microsecond. */
  readonly at: string;
  readonly action: string;
  readonly subject: AuditSubject;
  readonly outcome: AuditOutcome;
  /** Hash of the row before it, hex; null in the first. */
  readonly previous: string | null;
  /** SHA-256 of the canonical JSON (RFC 8785) of all of the above, hex. */
  readonly hash: string;
}

/** The end of the log, as a checkpoint records it. */
export interface AuditCheckpoint {
  readonly seq: number;
  readonly hash: string;
}

/** The log was changed: the first row that is not what was hashed. */
export interface AuditOffence {
  readonly seq: number;
  readonly says: string;
  /**
   * The rows that are present are correct, but rows that a checkpoint signed are missing: cut off, or written
   * after the copy was made.
   */
  readonly ended?: true;
}

/** The row that comes after `last`. Text that cannot be kept exactly (lone surrogates, NUL) is replaced. */
export function nextRow(entry: AuditEntry, last: AuditCheckpoint | null): AuditRow {
  const { at, actor, actorName, role, policyVersion, purpose, action, subject, outcome } = storable(entry);
  const content: Omit<AuditRow, 'hash'> = {
    seq: (last?.seq ?? 0) + 1,
    at: `${new Date(at).toISOString().slice(0, -1)}000Z`,
    actor,
    actorName,
    role,
    policyVersion,
    purpose,
    action,
    subject,
    outcome,
    previous: last?.hash ?? null,
  };
  return { ...content, hash: contentHash(content) };
}

/** The row as one line of canonical JSON, without its end. */
export function auditLine(row: AuditRow): string {
  return canonicalize(row) ?? '';
}

/** The row in the line, or null if it is not a row or not canonical, so that it was edited. */
export function parseAuditLine(line: string): AuditRow | null {
  try {
    const row = JSON.parse(line) as AuditRow;
    return Number.isSafeInteger(row.seq) && typeof row.hash === 'string' && auditLine(row) === line
      ? row
      : null;
  } catch {
    return null;
  }
}

/**
 * Follows the chain row by row, oldest first, and compares it with what checkpoints signed, by seq. `partial`:
 * the rows begin in the middle of the log, and the first row's previous hash is trusted.
 */
export class AuditChain {
  readonly #signed: ReadonlyMap<number, string>;
  readonly #partial: boolean;
  #last: AuditCheckpoint | null = null;

  constructor(signed: ReadonlyMap<number, string>, partial = false) {
    this.#signed = signed;
    this.#partial = partial;
  }

  /** The last row that was followed. */
  get last(): AuditCheckpoint | null {
    return this.#last;
  }

  /** What is wrong with the next row, or null. */
  follow(row: AuditRow): AuditOffence | null {
    const { hash: claimed, ...content } = row;
    const { seq } = row;
    const before = this.#last;
    const trusted = before === null && this.#partial;
    const expected = (before?.seq ?? 0) + 1;
    if (!trusted && seq !== expected)
      return { seq: expected, says: `row ${expected} is missing: row ${seq} stands in its place` };
    const offence = (says: string): AuditOffence => ({ seq, says: `row ${seq} ${says}` });
    if (contentHash(content) !== claimed)
      return offence('is not what was hashed: one of its columns was changed');
    if (!trusted && row.previous !== (before?.hash ?? null))
      return offence(
        before
          ? `does not follow row ${before.seq}: one of the two was changed and hashed again`
          : 'is the first, but names one before it',
      );
    const signed = this.#signed.get(seq);
    if (signed !== undefined && signed !== claimed)
      return offence('is not the one that a checkpoint signed: it, or one before it, was written again');
    this.#last = { seq, hash: claimed };
    return null;
  }

  /** What is missing at the end: rows that a checkpoint signed. */
  end(): AuditOffence | null {
    const reached = this.#last?.seq ?? 0;
    const furthest = Math.max(0, ...this.#signed.keys());
    if (furthest <= reached) return null;
    const seq = reached + 1;
    return {
      seq,
      says: `row ${seq} is missing: the log ends before it, and a checkpoint signed ${furthest} rows`,
      ended: true,
    };
  }
}

function contentHash(content: Omit<AuditRow, 'hash'>): string {
  try {
    return hash('sha256', canonicalize(content) ?? '');
  } catch {
    return '';
  }
}

function storable<T>(value: T): T {
  const text = JSON.stringify(value, (_key, one: unknown) =>
    typeof one === 'string' ? one.toWellFormed().replaceAll('\0', '\ufffd') : one,
  );
  return JSON.parse(text) as T;
}
