import type { Session, Statement, Store } from './client.ts';
import { SEALING } from './reseal.ts';
import { rewriteFiles } from './rewrite-files.ts';
import type { OpenSubject, Vault } from './vault.ts';

/*
 * Why somebody disputes or decides may quote the comment: in reviews of responses it is sealed under the key of the person
 * whose response it is, and goes with it. Several reasons of one review stand one in a line, each sealed on its own.
 */

const MARK = 'sealed:';
const OWNERS: Statement = {
  name: 'reasons_owners',
  text: 'SELECT id, subject_id AS "subjectId" FROM response_key WHERE id = ANY ($1::uuid[]) AND subject_id IS NOT NULL',
};

/** Why somebody disputes or decides. */
export interface Reason {
  /** null: it is of a decision about a model, and of nobody's text. */
  readonly responseId: string | null;
  readonly reason: string;
  /** Of a review that is not there yet. */
  readonly isNew: boolean;
}

interface Owner {
  readonly id: string;
  readonly subjectId: string;
}

/**
 * The reason, sealed for whoever gave the response; null where there is nobody (any more). For a review that is not there yet
 * they are held, so that nobody erases them before it is; one that is there goes with the response.
 */
export async function sealReason(
  session: Session,
  vault: Vault,
  { responseId, reason, isNew }: Reason,
): Promise<string | null> {
  if (responseId === null) return reason;
  const [owner] = await session.rows<Owner>(OWNERS, [[responseId]]);
  const ids = owner ? [owner.subjectId] : [];
  const [subject] = await (isNew ? vault.held(session, ids) : vault.read(session, ids));
  return subject ? MARK + vault.seal(subject, 'review', responseId, reason) : null;
}

/** The reason as it was given. What is not sealed is of nobody; a line whose key is gone is left out. */
export async function openReason(
  { store, vault }: { readonly store: Session; readonly vault: Vault },
  responseId: string | null,
  kept: string,
): Promise<string> {
  if (responseId === null || !kept.includes(MARK)) return kept;
  const [owner] = await store.rows<Owner>(OWNERS, [[responseId]]);
  const subjects = owner ? await vault.subjects([owner.subjectId]) : new Map<string, OpenSubject>();
  const [subject] = [...subjects.values()];
  return kept
    .split('\n')
    .flatMap((line) => {
      if (!line.startsWith(MARK)) return [line];
      return subject ? [vault.unseal(subject, 'review', responseId, line.slice(MARK.length))] : [];
    })
    .join('\n');
}

/** Reasons from before they were sealed. */
const PLAIN: readonly { readonly find: Statement; readonly keep: Statement }[] = [
  {
    find: {
      name: 'reasons_plain_disputes',
      text: `SELECT v.id::text AS id, v.response_id AS "responseId", v.reason FROM review v JOIN response_key k ON k.id = v.response_id
        WHERE v.reason IS NOT NULL AND v.reason NOT LIKE '${MARK}%' AND k.subject_id IS NOT NULL ORDER BY v.id LIMIT 500 FOR UPDATE OF v`,
    },
    keep: { name: 'reasons_keep_dispute', text: 'UPDATE review SET reason = $2 WHERE id = $1::uuid' },
  },
  {
    find: {
      name: 'reasons_plain_decisions',
      text: `SELECT d.id::text AS id, v.response_id AS "responseId", d.reason FROM review_decision d JOIN review v ON v.id = d.review_id
          JOIN response_key k ON k.id = v.response_id
        WHERE d.reason NOT LIKE '${MARK}%' AND k.subject_id IS NOT NULL ORDER BY d.id LIMIT 500 FOR UPDATE OF d`,
    },
    keep: {
      name: 'reasons_keep_decision',
      text: 'UPDATE review_decision SET reason = $2 WHERE id = $1::bigint',
    },
  },
];

/** Seals the reasons that are stored as they were given; of the embedded record the files are written anew after that. */
export async function sealReasons(store: Store, vault: Vault): Promise<void> {
  let sealed = 0;
  for (const { find, keep } of PLAIN) {
    for (let batch = -1; batch !== 0; sealed += batch) {
      batch = await store.transaction(async (session) => {
        const rows = await session.rows<{ id: string; responseId: string; reason: string }>(find, []);
        // What was decided is not changed, and this does not change it: the guard lets a transaction pass that says so.
        await session.rows(SEALING, []);
        for (const { id, responseId, reason } of rows)
          await session.rows(keep, [
            id,
            (await sealReason(session, vault, { responseId, reason, isNew: false })) ?? MARK,
          ]);
        return rows.length;
      });
    }
  }
  if (sealed > 0 && store.backend === 'pglite') await rewriteFiles(store, ['review', 'review_decision']);
}
