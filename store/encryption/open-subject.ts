/** The owner of an arriving item: found by any of the lookups, or without a respondent by the response. */
export interface SubjectRef {
  readonly pseudonym: string | null;
  readonly lookups: readonly string[];
  readonly responseId: string;
}

/** A subject with its decrypted key. */
export interface OpenSubject {
  readonly id: string;
  readonly pseudonym: string | null;
  readonly restricted: boolean;
  readonly key: Buffer;
}

/** A subject of an arriving item; `ref` is null when it is stored already. */
export interface ArrivingSubject extends OpenSubject {
  readonly ref: SubjectRef | null;
}
