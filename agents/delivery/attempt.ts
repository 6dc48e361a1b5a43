import type { Scope } from '../../domain/access/scope.ts';
import type { Segment } from '../../domain/segments/cell.ts';
import type { EventType } from '../../store/targets/event-types.ts';
import { TARGET_KINDS } from '../targets/registry.ts';
import { readSettings } from '../targets/settings.ts';
import type { OutgoingEvent, TargetKind, TargetOutcome, TargetRequest } from '../targets/target.ts';
import type { AddressGuard } from './guard.ts';
import type { Content } from './render.ts';
import { send } from './send.ts';
import { withinTime } from './within-time.ts';

/** What a target sees now; null for a role or an attribute that is not known any more. */
export type ScopeOf = (role: string, attributes: Segment) => Scope | null;

export interface AttemptDeps {
  readonly guard: AddressGuard;
  /** Of the dashboard; undefined: unknown. */
  readonly publicUrl: string | undefined;
  /** Identifies the deployment where it has no address. */
  readonly tenant: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** The event as a target gets it. */
export function outgoing(
  { publicUrl, tenant, now }: Omit<AttemptDeps, 'guard'>,
  { id, event, subject }: { readonly id: string; readonly event: EventType; readonly subject: string },
  { path, commentOf: _, ...content }: Content,
): OutgoingEvent {
  const base = publicUrl?.replace(/\/$/, '');
  return {
    id,
    type: event,
    subject,
    sentAt: new Date(now()),
    source: base ?? `urn:uuid:${tenant}`,
    link: base === undefined ? null : `${base}${path}`,
    ...content,
  };
}

/** How one exchange ended, with the status of the answer if there was one. */
export type Exchanged = TargetOutcome & { readonly status: number | null };

/** What of a target an exchange needs. */
export interface Addressee {
  readonly kind: string;
  readonly settings: unknown;
  readonly secret: string | null;
}

/** The kind of a target with its settings as they are read now. @throws Error for settings that are not valid any more */
export function kindOf({ kind, settings }: Pick<Addressee, 'kind' | 'settings'>): {
  readonly kind: TargetKind;
  readonly settings: unknown;
} {
  const known = TARGET_KINDS.get(kind);
  if (!known) throw new Error('the kind of the target is not known here');
  return { kind: known, settings: readSettings(known, settings).settings };
}

/** Servers take no longer headers. */
const MOST_TOKEN = 16_384;

/** Logs in where the kind does, sends the event and reads the answer. Never throws; only an abort by `stop` is passed on. */
export function exchange(
  deps: AttemptDeps,
  addressee: Addressee,
  event: OutgoingEvent,
  stop: AbortSignal,
): Promise<Exchanged> {
  return withinTime(stop, async (signal): Promise<Exchanged> => {
    const { kind, settings } = kindOf(addressee);
    const ask = (request: TargetRequest) => send(request, { guard: deps.guard, signal, now: deps.now });
    let secret = addressee.secret ?? '';
    if (kind.login) {
      const answer = await ask(kind.login.request(settings, secret));
      const token = kind.login.read(answer);
      if (token === null) {
        const error = `the login was answered ${answer.status}`;
        const isPassing = answer.status >= 500 || answer.status === 429;
        return isPassing
          ? { kind: 'retry', error, afterMs: null, status: answer.status }
          : { kind: 'refused', error, status: answer.status };
      }
      if (token.length > MOST_TOKEN) {
        const error = `the login was answered with a token of more than ${MOST_TOKEN} characters`;
        return { kind: 'refused', error, status: answer.status };
      }
      secret = token;
    }
    const answer = await ask(kind.request(event, settings, secret));
    return { ...kind.read(answer), status: answer.status };
  });
}

const MASK = '********';

/** The request without what is secret in it, to be shown. */
export function masked({ hidden, url, method, headers, body }: TargetRequest): Omit<TargetRequest, 'hidden'> {
  const mask = (text: string) =>
    hidden.reduce((shown, secret) => (secret === '' ? shown : shown.replaceAll(secret, MASK)), text);
  return {
    url: mask(url),
    method,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, mask(value)])),
    body: mask(body),
  };
}
