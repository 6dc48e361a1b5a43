/** The result of one check; `advice` says what to do if it is not ok. */
export interface Finding {
  readonly ok: boolean;
  readonly what: string;
  readonly advice?: string;
}

export const good = (what: string): Finding => ({ ok: true, what });
export const bad = (what: string, advice: string): Finding => ({ ok: false, what, advice });

/** The result of a check, or of its failure. */
export async function finding(
  what: string,
  advice: string,
  check: () => Promise<Finding | Finding[]>,
): Promise<Finding[]> {
  try {
    return [await check()].flat();
  } catch (error) {
    return [bad(`${what}: ${oneLine(error)}`, advice)];
  }
}

function oneLine(error: unknown): string {
  const first = error instanceof AggregateError ? error.errors[0] : error;
  const text = first instanceof Error ? first.message || first.name : 'no reason is known';
  return text
    .slice(0, 1_000)
    .split('\n')
    .map((line) => line.trim())
    .join('; ')
    .slice(0, 300);
}
