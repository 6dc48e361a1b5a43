type Value = string | number | boolean | Date | Uint8Array | null;

/**
 * The columns of rows as array literals, for `unnest($1::uuid[], ...)`: PostgreSQL reads them for two thirds of the price of JSON, and
 * bytes need no base64 in between.
 */
export function columnsOf<Name extends string>(
  rows: readonly Readonly<Record<Name, Value>>[],
  names: readonly Name[],
): string[] {
  return names.map((name) => {
    let column = '';
    for (const row of rows) column += `${column === '' ? '' : ','}${elementOf(row[name])}`;
    return `{${column}}`;
  });
}

function elementOf(value: Value): string {
  if (value === null) return 'NULL';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return `"${/["\\]/.test(value) ? value.replace(/["\\]/g, '\\$&') : value}"`;
  if (value instanceof Date) return `"${value.toISOString()}"`;
  return `"\\\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}"`;
}
