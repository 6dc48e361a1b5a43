const TIME =
  /(?:[T ,]{1,3}|, {0,3})(\d{1,2}):(\d{2})(:\d{2})?([.,]\d{1,9})?(\s{0,3}\p{L}\.?\s?\p{L}\.?(?!\p{L}))?(\s{0,3}(?:Z|[+-]\d{2}:?\d{2}))?$/u;

/** The formats that a value like this one could have; of an ambiguous one the one that is used more comes first. */
export function formatsLike(value: string): string[] {
  const text = value.trim().replace(/\s+/g, ' ');
  if (/^\d{4}-\d{2}-\d{2}|^\d{8}(?:T|$)|^\d{4}-W\d|^\d{4}-\d{3}$/.test(text)) return ['iso'];
  const time = TIME.exec(text);
  const date = time ? text.slice(0, time.index) : text;
  // AM and PM are written where the month comes first.
  const dates = time?.[5] ? datesLike(date).reverse() : datesLike(date);
  if (!time) return dates;
  const between = literal(text.slice(time.index).match(/^[T ,]+/)?.[0] ?? ' ');
  const [, hour = '', , second, fraction, half, offset] = time;
  const clock = [
    half ? 'h' : hour.length === 2 ? 'HH' : 'H',
    ':mm',
    second ? ':ss' : '',
    fraction ? `${fraction[0]}${'S'.repeat(Math.min(3, fraction.length - 1))}` : '',
    half ? `${/^\s/.test(half) ? ' ' : ''}a` : '',
    offset
      ? `${/^\s/.test(offset) ? ' ' : ''}${offset.includes(':') || offset.trim() === 'Z' ? 'ZZ' : 'ZZZ'}`
      : '',
  ].join('');
  const loose = clock.replace('HH', 'H');
  return dates.flatMap((one) =>
    loose === clock ? [one + between + clock] : [one + between + clock, one + between + loose],
  );
}

const literal = (text: string): string => text.replace(/\p{L}+/gu, (letters) => `'${letters}'`);

function datesLike(date: string): string[] {
  const plain = /^(\d{1,4})([./\- ]+|年)(\d{1,2})([./\- ]+|月)(\d{1,4})(日|\.)?$/.exec(date);
  if (plain) {
    const [, a = '', first = '', , second = '', c = '', end = ''] = plain;
    const tail = literal(end);
    if (a.length === 4) return [`yyyy${literal(first)}M${literal(second)}d${tail}`];
    const year = c.length === 4 ? 'yyyy' : 'yy';
    const orders = [
      ['d', 'M'],
      ['M', 'd'],
    ] as const;
    return orders.flatMap(([x, y]) => [
      `${x}${x}${first}${y}${y}${second}${year}${tail}`,
      `${x}${first}${y}${second}${year}${tail}`,
    ]);
  }
  return namedLike(date);
}

/** "12. März 2026", "Mar 3, 2026", "Tuesday, 3 March 2026". */
function namedLike(date: string): string[] {
  if (!/\p{L}{3}/u.test(date) || date.length > 40) return [];
  const words = date.match(/\d+|[\p{L}\p{M}]+\.?|[^\p{L}\p{M}\d]+/gu) ?? [];
  const numbers = words.filter((word) => /^\d+$/.test(word));
  const names = words.filter(
    (word) => /^\p{L}/u.test(word) && !/^(?:de|del|of|st|nd|rd|th|og|den|le|el)$/iu.test(word),
  );
  if (numbers.length !== 2 || names.length === 0 || names.length > 2) return [];
  let nameLeft = names.length;
  let dayIsDone = false;
  const pattern = words.map((word) => {
    if (/^\d+$/.test(word)) {
      if (word.length === 4) return 'yyyy';
      if (dayIsDone) return 'yy';
      dayIsDone = true;
      return 'd';
    }
    if (names.includes(word)) {
      nameLeft -= 1;
      return names.length === 2 && nameLeft === 1 ? 'EEE' : 'MMM';
    }
    return literal(word);
  });
  return [pattern.join('')];
}
