import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { UserError } from '../../domain/errors/user-error.ts';
import type { NoteChange } from '../../store/audit/audit.ts';
import type { Loops } from '../../store/database/loops.ts';
import { replayDead } from '../../store/targets/deliveries.ts';
import type { EventType } from '../../store/targets/event-types.ts';
import {
  changeTarget,
  disableTarget,
  enableTarget,
  insertTarget,
  isNameTaken,
  keepTargetSecret,
  lockTarget,
  MOST_TARGETS,
  readTargetSecret,
  readTargets,
  removeTarget,
  type StatedTarget,
  type TargetRow,
} from '../../store/targets/targets.ts';
import { TARGET_KINDS } from '../targets/registry.ts';
import { readSettings } from '../targets/settings.ts';
import type { TargetKind, TargetRequest } from '../targets/target.ts';
import { type Exchanged, exchange, kindOf, masked } from './attempt.ts';
import { type DeliverDeps, deliveryQueue } from './deliver.ts';
import { sampleEvent } from './sample.ts';
import { followWork } from './work-off.ts';

/** The target cannot be made or changed as requested; the message says what would be right. */
export class TargetError extends UserError {
  override readonly name = 'TargetError';
}

export interface TargetsDeps extends DeliverDeps {
  readonly loops: Loops;
  readonly randomBytes: (bytes: number) => Buffer;
}

/** What is changed of a target; what is absent stays. */
export interface TargetChanges extends Partial<Omit<StatedTarget, 'kind'>> {
  readonly secret?: string;
  readonly isDisabled?: boolean;
}

/** Who changes it and why; `note` writes the audit log in the transaction of the change. */
export interface TargetChange {
  readonly by: string;
  readonly reason: string;
  readonly note: NoteChange;
}

/** A request that was shown, and how it ended if it was sent. */
export interface TargetTest {
  readonly request: Omit<TargetRequest, 'hidden'>;
  /** null: it was not sent. */
  readonly exchanged: Exchanged | null;
}

/** The targets: changes to them, tests of them, and the loop that sends to them. */
export interface Targets {
  /**
   * Makes a target. The answer has the secret where it was made here, which is shown only once.
   * @throws TargetError
   */
  create(
    stated: StatedTarget,
    secret: string | null,
    change: Omit<TargetChange, 'reason'>,
  ): Promise<{ readonly id: string; readonly secret: string | null }>;
  /** False where there is none. @throws TargetError */
  update(id: string, changes: TargetChanges, change: TargetChange): Promise<boolean>;
  /** Destroys its secret and cancels what is due; false where there is none. */
  remove(id: string, change: TargetChange): Promise<boolean>;
  /**
   * The exact request of a made-up event, secrets masked; sent if `send`. null where there is no such target.
   * @throws TargetError
   */
  test(id: string, event: EventType, send: boolean, note: NoteChange): Promise<TargetTest | null>;
  /** Makes dead deliveries due again: one, or all of a target. Returns how many. */
  replay(which: { readonly id: string } | { readonly target: string }, change: TargetChange): Promise<number>;
  /** Sends what is due until the answer is called. */
  follow(): Promise<() => Promise<void>>;
}

const NAME_TAKEN = (name: string) =>
  new TargetError(`name: there is a target named "${name.slice(0, 40)}" already; choose another name`);

/** Opens the targets. */
export function openTargets(deps: TargetsDeps): Targets {
  const { store, encryption, now } = deps;
  return {
    create: async (stated, given, { by, note }) => {
      const kind = kindNamed(stated.kind);
      checkSettings(kind, stated.settings);
      const { secret, isMade } = newSecret(deps, kind, given);
      const id = randomUUID();
      await store.transaction(async (session) => {
        if (!(await insertTarget(session, id, stated, by, new Date(now())))) {
          if (await isNameTaken(session, stated.name)) throw NAME_TAKEN(stated.name);
          throw new TargetError(`there are ${MOST_TARGETS} targets, and there may be no more; remove one`);
        }
        if (secret !== null) await keepTargetSecret(session, encryption, id, secret);
        const { events, role, attributes } = stated;
        await note(session, { key: `Target:${id}`, kind: kind.kind, events, role, attributes });
      });
      return { id, secret: isMade ? secret : null };
    },
    update: (id, changes, { reason, note }) =>
      store.transaction(async (session) => {
        const target = await lockTarget(session, id);
        if (target === null) return false;
        const { secret, isDisabled, ...rest } = changes;
        const kind = kindNamed(target.kind);
        const stated = { ...statedOf(target), ...rest };
        checkSettings(kind, stated.settings);
        checkSecretStays(kind, target, stated.settings, secret);
        if (!(await changeTarget(session, id, stated))) throw NAME_TAKEN(stated.name);
        if (secret !== undefined) {
          checkSecret(kind, secret);
          await keepTargetSecret(session, encryption, id, secret);
        }
        if (isDisabled === true) await disableTarget(session, id, reason, new Date(now()));
        if (isDisabled === false) await enableTarget(session, id);
        await note(session, { key: `Target:${id}`, changed: Object.keys(changes).sort(), reason });
        return true;
      }),
    remove: async (id, { by, reason, note }) => {
      const removed = await store.transaction(async (session) => {
        const done = await removeTarget(session, id, new Date(now()), by);
        if (done) await note(session, { key: `Target:${id}`, reason });
        return done;
      });
      encryption.forget([id]);
      return removed;
    },
    test: async (id, event, isSent, note) => {
      const [target] = await readTargets(store, [id]);
      if (!target) return null;
      const secret = await readTargetSecret(store, encryption, id);
      const addressee = { ...target, secret };
      const sample = sampleEvent(deps, event);
      const request = masked(requestOf(target, secret, sample));
      // In the log before it leaves.
      await store.transaction((session) => note(session, { key: `Target:${id}`, event, sent: isSent }));
      if (!isSent) return { request, exchanged: null };
      return { request, exchanged: await exchange(deps, addressee, sample, new AbortController().signal) };
    },
    replay: (which, { reason, note }) =>
      store.transaction(async (session) => {
        const count = await replayDead(session, which, new Date(now()));
        const key = 'id' in which ? `Delivery:${which.id}` : `Target:${which.target}`;
        if (count > 0) await note(session, { key, deliveries: count, reason });
        return count;
      }),
    follow: () => followWork(deps, deliveryQueue(deps)),
  };
}

const statedOf = ({ name, kind, settings, events, role, attributes, rate }: TargetRow): StatedTarget => ({
  name,
  kind,
  settings,
  events,
  role,
  attributes,
  rate,
});

/** The request of the event; where the kind logs in first, with a made-up token. */
function requestOf(target: TargetRow, secret: string | null, event: Parameters<TargetKind['request']>[0]) {
  const { kind, settings } = kindOf(target);
  return kind.request(event, settings, kind.login ? 'token-of-the-login' : (secret ?? ''));
}

/** @throws TargetError */
function kindNamed(name: string): TargetKind {
  const kind = TARGET_KINDS.get(name);
  if (kind) return kind;
  throw new TargetError(
    `kind: "${name.slice(0, 40)}" is not known; there are ${[...TARGET_KINDS.keys()].join(', ')}`,
  );
}

/** @throws TargetError with every mistake */
function checkSettings(kind: TargetKind, settings: unknown): void {
  try {
    readSettings(kind, settings);
  } catch (error) {
    const { issues } = error as z.ZodError;
    if (!Array.isArray(issues)) throw error;
    const mistakes = issues.map(
      ({ path, message }) =>
        `${['settings', ...path.map(String)].join('.').slice(0, 80)}: ${message.slice(0, 200)}`,
    );
    throw new TargetError(mistakes.slice(0, 5).join('; '));
  }
}

/** Callers can change a target without reading its secret: a new destination needs the secret again. @throws TargetError */
function checkSecretStays(
  kind: TargetKind,
  { hasSecret, settings }: TargetRow,
  changed: unknown,
  secret: string | undefined,
): void {
  if (!hasSecret || secret !== undefined || !kind.secretGoesTo) return;
  const goesTo = (given: unknown) => {
    try {
      return kind.secretGoesTo?.(readSettings(kind, given).settings);
    } catch {
      // It was valid for an earlier version.
      return null;
    }
  };
  if (goesTo(settings) === goesTo(changed)) return;
  throw new TargetError(
    `secret: is missing: the change of the settings sends it elsewhere or otherwise, so give it again (${kind.secret?.is})`,
  );
}

/** @throws TargetError that does not repeat the secret */
function checkSecret({ kind, secret: rules }: TargetKind, secret: string): void {
  if (rules === null) throw new TargetError(`secret: a target of the kind ${kind} has none; leave it out`);
  const problem = rules.problemOf(secret);
  if (problem !== null) throw new TargetError(`secret: ${problem}`);
}

/** @throws TargetError */
function newSecret({ randomBytes }: TargetsDeps, kind: TargetKind, given: string | null) {
  if (given !== null) {
    checkSecret(kind, given);
    return { secret: given, isMade: false };
  }
  const made = kind.secret?.make?.(randomBytes);
  if (made !== undefined) return { secret: made, isMade: true };
  if (kind.secret?.isNeeded) throw new TargetError(`secret: is missing: ${kind.secret.is}`);
  return { secret: null, isMade: false };
}
