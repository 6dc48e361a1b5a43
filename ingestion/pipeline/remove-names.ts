import type { NameRedaction } from '../../domain/privacy/names.ts';
import type { MappingVersion } from '../../domain/responses/normalised-response.ts';
import { commentWithout } from './comment.ts';
import type { ReadDraft } from './normalise.ts';
import type { Outcome } from './outcome.ts';

/**
 * The drafts with the names in their comments removed, and what removed them in their mapping, where a deployment asks for it. `by`: who
 * submits them. Fails as a whole where the model does: no comment is stored unread.
 */
export async function removeNames(
  names: NameRedaction | undefined,
  by: string,
  read: readonly (ReadDraft | Outcome)[],
): Promise<(ReadDraft | Outcome)[]> {
  if (!names) return [...read];
  const texts = read.flatMap((one) => ('status' in one || one.comment === null ? [] : [one.comment.text]));
  const found = await names.find(by, texts);
  // Connectors pass one mapping for many items, and its key is remembered by object.
  const mappings = new Map<MappingVersion, MappingVersion>();
  const versioned = (mapping: MappingVersion) => {
    const made = mappings.get(mapping) ?? { ...mapping, redaction: names.version };
    mappings.set(mapping, made);
    return made;
  };
  let next = 0;
  return read.map((one) => {
    if ('status' in one) return one;
    const draft = { ...one.draft, mapping: versioned(one.draft.mapping) };
    const comment = one.comment && commentWithout(one.comment, found[next++] ?? []);
    return { ...one, draft, comment };
  });
}
