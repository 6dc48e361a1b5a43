/** Why a login at the identity provider did not come about, as api/access/oidc.ts names it. */
const WORDS: Readonly<Record<string, (provider: string) => string>> = {
  cancelled: (provider) => `The sign-in at ${provider} was cancelled. Try again, or use a key.`,
  refused: () =>
    'This sign-in does not hold: it was begun in another browser, took too long, or was used before. Begin again.',
  'no-role': (provider) =>
    `${provider} knows you, but your account has no role here. Ask an administrator for access.`,
  unavailable: (provider) => `${provider} does not answer. Try again in a minute, or use a key.`,
  limited: () => 'Too many attempts. Wait a minute, then try again.',
};

/** What the sign-in page says after such a login; null: there was none. */
export function signInWords(problem: string | null, provider = 'The provider'): string | null {
  return problem === null ? null : (WORDS[problem]?.(provider) ?? null);
}
