import { DAY_MS } from '../../../../domain/time/zone-clock.ts';
import type { Shown } from './workbook.ts';

/** Columns of a sheet. */
export const MOST_COLUMNS = 16_384;
const LAST_DAY = 2_958_466;

/** The position of "C5" from 0, or null. */
export function columnIndex(reference: string): number | null {
  let index = 0;
  for (const sign of reference) {
    const code = sign.charCodeAt(0) & ~32;
    if (code < 65 || code > 90) break;
    index = index * 26 + code - 64;
    if (index > MOST_COLUMNS) return null;
  }
  return index === 0 ? null : index - 1;
}

/** "C" of the column with index 2. */
export function columnName(index: number): string {
  let name = '';
  for (let rest = index + 1; rest > 0; rest = Math.floor((rest - 1) / 26))
    name = String.fromCharCode(65 + ((rest - 1) % 26)) + name;
  return name;
}

/** A number of a cell as a text in the way that it is shown: dates in ISO 8601, as the clock of the sheet shows them. */
export function shownNumber(text: string, shown: Shown, from1904: boolean): string {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) return text;
  if (shown === 'date' || shown === 'time') return dateOf(value, shown, from1904) ?? text;
  if (shown === 'percent') return `${Number((value * 100).toPrecision(12))}%`;
  return String(value);
}

function dateOf(serial: number, shown: Shown, from1904: boolean): string | null {
  if (serial < 0 || serial >= LAST_DAY) return null;
  const ms = rounded(serial * DAY_MS);
  const clock = new Date(ms % DAY_MS).toISOString().slice(11, 23).replace('.000', '');
  if (shown === 'time' && serial < 1) return clock;
  // Excel takes 1900 for a leap year: its days before March 1900 are one ahead.
  const day = Math.floor(ms / DAY_MS) + (from1904 ? 1_462 : serial < 60 ? 1 : 0);
  const date = new Date(Date.UTC(1899, 11, 30) + day * DAY_MS).toISOString().slice(0, 10);
  return ms % DAY_MS === 0 && shown === 'date' ? date : `${date}T${clock}`;
}

/** A day's share as a binary fraction misses whole seconds by a little. */
function rounded(ms: number): number {
  const second = Math.round(ms / 1_000) * 1_000;
  return Math.abs(ms - second) < 5 ? second : Math.round(ms);
}
