import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** Who did it, as the log keeps them. */
export interface AuditActor {
  /** "ApiKey:…", "token:…", "admin"; "system" where nobody asked. */
  readonly actor: string;
  readonly actorName: string;
  readonly role: string;
  /** The policies in force; null where nobody asked. */
  readonly policyVersion: string | null;
  /** What the caller said that it is for. */
  readonly purpose: string | null;
}

export const AUDIT_OUTCOMES = ['done', 'refused'] as const;
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

/** One thing to be kept. `subject` names things by id; it holds no comment, no respondent and no key. */
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

/** Where the log stood: what a signed head keeps of it. */
export interface AuditCheckpoint {
  readonly seq: number;
  readonly hash: string;
}

/** What somebody changed: the first row that is not what it was. */
export interface AuditOffence {
  readonly seq: number;
  readonly says: string;
  /** Nothing that is there is wrong, but rows that a head signed do not follow: cut off, or not there yet when they were copied. */
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

/** The row that the line says, or null when it says none, or not canonically: then somebody wrote on it. */
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
 * Follows the chain row by row, oldest first, and compares it with what heads signed, by seq. `partial`: the rows begin in
 * the middle of the log, and the first is taken at its word for what came before it.
 */
export class AuditChain {
  readonly #signed: ReadonlyMap<number, string>;
  readonly #partial: boolean;
  #last: AuditCheckpoint | null = null;

  constructor(signed: ReadonlyMap<number, string>, partial = false) {
    this.#signed = signed;
    this.#partial = partial;
  }

  /** The row that was followed last. */
  get last(): AuditCheckpoint | null {
    return this.#last;
  }

  /** What is wrong with the next row, or null. */
  follow(row: AuditRow): AuditOffence | null {
    const { hash: told, ...content } = row;
    const { seq } = row;
    const before = this.#last;
    const trusted = before === null && this.#partial;
    const expected = (before?.seq ?? 0) + 1;
    if (!trusted && seq !== expected)
      return { seq: expected, says: `row ${expected} is missing: row ${seq} stands in its place` };
    const offence = (says: string): AuditOffence => ({ seq, says: `row ${seq} ${says}` });
    if (contentHash(content) !== told)
      return offence('is not what was hashed: one of its columns was changed');
    if (!trusted && row.previous !== (before?.hash ?? null))
      return offence(
        before
          ? `does not follow row ${before.seq}: one of the two was changed and hashed again`
          : 'is the first, but names one before it',
      );
    const signed = this.#signed.get(seq);
    if (signed !== undefined && signed !== told)
      return offence('is not the one that a head signed: it, or one before it, was written again');
    this.#last = { seq, hash: told };
    return null;
  }

  /** What is missing at the end: rows that a head signed. */
  end(): AuditOffence | null {
    const reached = this.#last?.seq ?? 0;
    const furthest = Math.max(0, ...this.#signed.keys());
    if (furthest <= reached) return null;
    const seq = reached + 1;
    return {
      seq,
      says: `row ${seq} is missing: the log ends before it, and a head signed ${furthest} rows`,
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
