/** Fields of one form: what a page of ours sends has four. */
const MOST_FIELDS = 20;

/**
 * The fields of a form that was sent, by name; null where it cannot be read as it was meant: it is not UTF-8, or has a field twice, of
 * which either may be the answer.
 */
export function fieldsOf(body: Buffer): ReadonlyMap<string, string> | null {
  const fields = new Map<string, string>();
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    const pairs = text.split('&', MOST_FIELDS + 1);
    if (pairs.length > MOST_FIELDS) return null;
    for (const pair of pairs) {
      const [name = '', ...value] = pair.split('=').map((part) => part.replaceAll('+', ' '));
      const field = decodeURIComponent(name);
      if (fields.has(field)) return null;
      fields.set(field, decodeURIComponent(value.join('=')));
    }
    return fields;
  } catch {
    return null;
  }
}
