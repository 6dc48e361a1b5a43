/** What canonical JSON is made of here: no lists, and numbers that JSON has. */
export type Plain = string | number | boolean | null | undefined | Date | { readonly [name: string]: Plain };

/**
 * Canonical JSON (RFC 8785): of the content of each answer, so without the checks of a general library, which take as long as the rest.
 * Texts must be well formed.
 */
export function canonicalJson(value: Plain): string {
  if (value === null || typeof value !== 'object' || value instanceof Date) return JSON.stringify(value);
  let text = '';
  for (const name of Object.keys(value).sort()) {
    const item = value[name];
    if (item !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${canonicalJson(item)}`;
  }
  return `{${text}}`;
}
