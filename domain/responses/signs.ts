import type { FlagRules, SignRuleName } from './flags.ts';

/*
 * Signs of one answer that a program gave it, as a survey of our own sees them or a vendor reports them (decision 0182). They are not
 * stored: only which rule they break, with the number that it compares.
 */

/** What is known of how an answer was given; absent: nothing. */
export interface AnswerSigns {
  /** From when the question was shown until it was answered. */
  readonly seconds?: number | undefined;
  /** A field that people do not see was filled. */
  readonly filledHidden?: boolean | undefined;
  /** The browser calls itself a program (`isProgram`). */
  readonly isProgram?: boolean | undefined;
  /** A score of the vendor's own test for bots that is on the side of bots. */
  readonly botScore?: number | undefined;
}

/** A rule that an answer breaks, with what is stored of it. */
export interface FoundSign {
  readonly rule: SignRuleName;
  readonly found: Readonly<Record<string, number>>;
}

/** The rules that the signs of an answer break. */
export function findSigns(rules: FlagRules, { seconds, filledHidden, isProgram, botScore }: AnswerSigns) {
  const least = rules['too-fast'].seconds;
  const found: FoundSign[] = [];
  // A clock that was set meanwhile makes less than nothing, and says nothing.
  if (seconds !== undefined && seconds >= 0 && seconds < least)
    found.push({ rule: 'too-fast', found: { seconds: least, took: seconds } });
  if (filledHidden) found.push({ rule: 'hidden-field', found: {} });
  if (isProgram) found.push({ rule: 'bot-client', found: {} });
  if (botScore !== undefined) found.push({ rule: 'bot-score', found: { score: botScore } });
  return found.filter(({ rule }) => rules[rule].action !== 'off');
}

/** Products that send requests without a person: libraries, and browsers that are driven. */
const PROGRAMS = [
  ...[
    'aiohttp',
    'apache-httpclient',
    'axios',
    'curl',
    'go-http-client',
    'got',
    'guzzlehttp',
    'headlesschrome',
  ],
  ...['http_request', 'httpie', 'insomnia', 'java', 'jakarta', 'libwww-perl', 'lwp', 'node', 'node-fetch'],
  ...['phantomjs', 'php', 'postmanruntime', 'powershell', 'python', 'python-requests', 'python-urllib'],
  ...['python-httpx', 'ruby', 'scrapy', 'selenium', 'undici', 'wget', 'winhttp'],
];
const KNOWN: ReadonlySet<string> = new Set(PROGRAMS);
/** How those that visit pages by themselves call themselves: Googlebot, Baiduspider, LinkChecker. */
const ENDINGS = ['bot', 'crawler', 'spider', 'scraper', 'checker', 'scanner'];
/** A maker of phones. */
const PHONES: ReadonlySet<string> = new Set(['cubot']);

/** Whether a browser's name of itself is that of a program; every browser of a person has one. */
export function isProgram(userAgent: string | undefined): boolean {
  const products = (userAgent ?? '').toLowerCase().split(/[\s/;,()+]/);
  if (products.every((product) => product === '')) return true;
  return products.some(
    (product) =>
      KNOWN.has(product) ||
      product
        .split(/[^a-z]/)
        .some((word) => !PHONES.has(word) && ENDINGS.some((ending) => word.endsWith(ending))),
  );
}
