import type { z } from 'zod';
import type { Severity } from '../../store/tables/agents.ts';
import type { EventType } from '../../store/targets/event-types.ts';

/** An event as every target gets it: rendered when it is sent, from what the target's own scope allows. */
export interface OutgoingEvent {
  /** The delivery's, the same in every attempt. */
  readonly id: string;
  readonly type: EventType;
  /** The node that it is about; the same for each event about it. */
  readonly subject: string;
  /** When it happened. */
  readonly at: Date;
  readonly sentAt: Date;
  /** The address of this deployment, or a URN where it has none. */
  readonly source: string;
  /** Its page of the dashboard; null where the deployment has no public address. */
  readonly link: string | null;
  readonly title: string;
  readonly summary: string;
  readonly severity: Severity;
  /** The state of the subject when the event is sent, which may be later than the event. */
  readonly stage: 'open' | 'acknowledged' | 'over';
  readonly facts: readonly Fact[];
  /** The comment of the customer; only where the target's scope and its settings allow it. */
  readonly comment: string | null;
  /** The subject's row, for programs. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** A line for people: `Segment`, `region: Germany`. */
export interface Fact {
  readonly label: string;
  readonly value: string;
}

/** What is sent, exactly. The scheme of the address says how: http, https, smtp, smtps or kafka. */
export interface TargetRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Texts in it that are secret; a dry run shows asterisks instead. */
  readonly hidden: readonly string[];
}

export interface TargetAnswer {
  readonly status: number;
  /** In lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Its first 64 KiB. */
  readonly body: string;
  readonly at: Date;
  /** Which of several addressees were refused, though the rest was taken. */
  readonly missed?: readonly { readonly who: string; readonly status: number }[];
}

/** Why some of several addressees did not get it; `isPassing`: another attempt may change that. */
export interface Missed {
  readonly error: string;
  readonly isPassing: boolean;
}

/** What an answer means. `refused`: the same request would be refused again. `gone`: the target wants no more. */
export type TargetOutcome =
  | { readonly kind: 'delivered'; readonly remoteId: string | null; readonly missed?: Missed }
  | { readonly kind: 'retry'; readonly error: string; readonly afterMs: number | null }
  | { readonly kind: 'refused' | 'gone'; readonly error: string };

/** The rules of a kind's secret. */
export interface TargetSecret {
  /** What it is, as `the routing key of the service`. */
  readonly is: string;
  readonly isNeeded: boolean;
  /** Absent: the other system makes it. */
  make?(randomBytes: (bytes: number) => Buffer): string;
  /** What is wrong with it, without repeating it; null: nothing. */
  problemOf(secret: string): string | null;
}

/** How a secret is exchanged for a token before each request. */
export interface TargetLogin<Settings> {
  request(settings: Settings, secret: string): TargetRequest;
  /** The token; null where the answer has none. */
  read(answer: TargetAnswer): string | null;
}

/** A system that events are sent to. All of it is pure: equal arguments give equal bytes. */
export interface TargetKind<Settings = unknown> {
  readonly kind: string;
  readonly settings: z.ZodType<Settings>;
  /** null: it needs none. */
  readonly secret: TargetSecret | null;
  readonly login?: TargetLogin<Settings>;
  /** `secret` is the token of `login` where there is one. */
  request(event: OutgoingEvent, settings: Settings, secret: string): TargetRequest;
  read(answer: TargetAnswer): TargetOutcome;
  /** Where the secret itself is sent. Absent: the settings do not choose it, or it only signs. */
  secretGoesTo?(settings: Settings): string;
}

/** A kind without the type of its settings, which its own schema checks. */
export const targetKind = <Settings>(kind: TargetKind<Settings>): TargetKind => kind as unknown as TargetKind;
