/** A part of what arrived, for people to read. */
export interface WrittenPart {
  readonly name: string;
  readonly text: string;
}

/** As the server keeps it: an item, a notice, or a body as bytes with its headers. */
type Written =
  | { readonly kind: 'item'; readonly text: string }
  | { readonly kind: 'notice'; readonly notice: object }
  | { readonly kind: 'body'; readonly body: string; readonly headers: Readonly<Record<string, string>> };

/** What the content of an item says. JSON is indented. */
export function partsOf(content: string): readonly WrittenPart[] {
  const written = JSON.parse(content) as Written;
  if (written.kind === 'item') return [{ name: 'The item', text: indented(written.text) }];
  if (written.kind === 'notice')
    return [{ name: 'The notice', text: indented(JSON.stringify(written.notice)) }];
  const bytes = Uint8Array.from(atob(written.body), (char) => char.charCodeAt(0));
  const headers = Object.entries(written.headers).map(([name, value]) => `${name}: ${value}`);
  return [
    { name: 'The delivery', text: indented(new TextDecoder().decode(bytes)) },
    ...(headers.length > 0 ? [{ name: 'Its headers', text: headers.join('\n') }] : []),
  ];
}

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
