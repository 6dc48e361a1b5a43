/** The result of one check; `advice` says what to do if it is not ok, or could be better. */
export interface Finding {
  readonly ok: boolean;
  readonly what: string;
  readonly advice?: string;
}

export const good = (what: string): Finding => ({ ok: true, what });
/** Nothing fails for it. */
export const worthKnowing = (what: string, advice: string): Finding => ({ ok: true, what, advice });
export const bad = (what: string, advice: string): Finding => ({ ok: false, what, advice });

/** As the doctor prints it: what fails nothing and yet has advice is a note. */
export const linesOf = ({ ok, what, advice }: Finding): string =>
  `${!ok ? 'FAIL ' : advice ? 'note ' : 'ok   '} ${what}${advice ? `\n        ${advice}` : ''}\n`;

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
