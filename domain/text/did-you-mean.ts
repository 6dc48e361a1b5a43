import { composed } from './composed.ts';
import { mapInSlices } from './slices.ts';

/** The text as compared: without case, accents and anything but letters and digits. */
export function folded(text: string): string {
  return composed(text, 'NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
}

const SUGGESTED = 3;
/** Beyond these sizes only texts that are equal when folded, or begin alike, are considered. */
const MOST_COMPARED = 2_000;
const SHORTEST_BEGINNING = 3;

/** Finds the known texts that were probably meant, the nearest first; at most three. */
export type Suggest = (given: string) => string[];

/** The known texts are folded once for all lookups, in slices. */
export async function suggesting(known: readonly string[]): Promise<Suggest> {
  const texts = await mapInSlices(known, (one) => ({ one, other: folded(one) }));
  return (given) => {
    const text = folded(given);
    const most = 1 + Math.floor(text.length / 5);
    const near: { readonly one: string; readonly distance: number }[] = [];
    for (const { one, other } of texts) {
      if (other === text) near.push({ one, distance: 0 });
      else if (beginsAlike(text, other)) near.push({ one, distance: most });
      else if (texts.length <= MOST_COMPARED) {
        const distance = distanceOf(text, other, most);
        if (distance <= most) near.push({ one, distance });
      }
    }
    near.sort((a, b) => a.distance - b.distance || (a.one < b.one ? -1 : 1));
    return near.slice(0, SUGGESTED).map(({ one }) => one);
  };
}

function beginsAlike(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.length >= SHORTEST_BEGINNING && long.startsWith(short);
}

/**
 * The number of insertions, deletions, substitutions or swaps from one to the other; anything above `most` if
 * it is more.
 */
function distanceOf(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      let least = Math.min(
        (last[j] as number) + 1,
        (row[j - 1] as number) + 1,
        (last[j - 1] as number) + (isSame ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (before[j - 2] as number) + 1);
      row.push(least);
    }
    if (row.every((one) => one > most)) return most + 1;
    [before, last] = [last, row];
  }
  return last[b.length] as number;
}
