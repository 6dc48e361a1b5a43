import { readableLine } from '../domain/text/text.ts';

/** Lines of one error, and characters of a line. */
const [MOST_MISTAKES, LONGEST_MISTAKE] = [20, 500];

/** The configuration cannot be used; `message` has one line per mistake, of the first ones. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(message: string) {
    const lines = message.split('\n');
    const shown = lines.slice(0, MOST_MISTAKES).map((line) => readableLine(line, LONGEST_MISTAKE));
    const more = lines.length - shown.length;
    super([...shown, ...(more > 0 ? [`and ${more} more mistakes`] : [])].join('\n'));
  }
}
