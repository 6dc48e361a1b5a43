import type { Counts } from '../../domain/nps/nps.ts';
import { Slice } from '../../domain/text/slices.ts';
import { HOUR_MS } from '../../domain/time/time-windows.ts';
import type { Session } from '../database/client.ts';
import { type Statement, statement } from '../database/statement.ts';

/**
 * The responses of a release: surveyed ones, or a model's, separately for responses without and with a surveyed
 * class.
 */
export type Part = 'surveyed' | `alone ${number}` | `beside ${number}`;

/** One cell and hour as one number: hours since 1970 take 25 bits, including negative ones. */
export type Atom = number;
const HOURS = 2 ** 25;
export const atomOf = (cellId: number, hour: number): Atom => cellId * HOURS + hour + HOURS / 2;
export const cellOf = (atom: Atom): number => Math.floor(atom / HOURS);
export const hourOf = (atom: Atom): number => (atom % HOURS) - HOURS / 2;

/** Hours of a cell in one row: an object for each would block the event loop. */
const HOURS_OF_ROW = 2_000;
/** With more, all hours of the cells are read instead. */
const MOST_ATOMS = 20_000;

const CLASSES = ['promoters', 'passives', 'detractors'] as const;
const COLUMNS = {
  surveyed: CLASSES.map((name) => `r.${name}`),
  alone: CLASSES.map((name) => `r.alone_${name}`),
  beside: CLASSES.map((name) => `r.${name} - r.alone_${name}`),
};
const HOUR = 'floor(extract(epoch FROM r.bucket) / 3600)::integer';
const OF_CELLS =
  'SELECT r.* FROM rollup_hour r WHERE r.model_version_id = $1 AND r.cell_id = ANY ($2::integer[])';
const OF_PAIRS = `SELECT r.* FROM unnest($3::integer[], $4::timestamptz[]) AS given (cell_id, bucket) JOIN rollup_hour r
  ON r.cell_id = given.cell_id AND r.bucket = given.bucket AND r.bucket >= $5 AND r.bucket <= $6 AND r.model_version_id = $1`;
/** One statement, and so one snapshot: a response that moves meanwhile must not be counted in two cells. */
const WHICH = {
  cells: OF_CELLS,
  pairs: `${OF_PAIRS} WHERE $2::integer[] IS NOT NULL`,
  both: `${OF_PAIRS} UNION ALL ${OF_CELLS}`,
};
const statementOf = (kind: keyof typeof COLUMNS, which: keyof typeof WHICH): Statement =>
  statement(
    `disclosure_${kind}_${which}`,
    `SELECT r.cell_id AS "cellId", array_agg(${HOUR}) AS hours, ${COLUMNS[kind]
      .map((column, i) => `array_agg(${column}) AS ${CLASSES[i]}`)
      .join(', ')} FROM (${WHICH[which]}) r GROUP BY r.cell_id, ${HOUR} / ${HOURS_OF_ROW}`,
  );
const kinds = (kind: keyof typeof COLUMNS) => ({
  cells: statementOf(kind, 'cells'),
  pairs: statementOf(kind, 'pairs'),
  both: statementOf(kind, 'both'),
});
const READ = { surveyed: kinds('surveyed'), alone: kinds('alone'), beside: kinds('beside') };

interface HoursOfCell {
  readonly cellId: number;
  readonly hours: readonly number[];
  readonly promoters: readonly number[];
  readonly passives: readonly number[];
  readonly detractors: readonly number[];
}

/** The current counts of that part in all hours of the cells, and in these atoms of other cells. */
export async function readCountsOfHours(
  session: Session,
  part: Part,
  cellIds: readonly number[],
  atoms: ReadonlySet<Atom>,
): Promise<Map<Atom, Counts>> {
  const [kind, model = '0'] = part.split(' ') as [keyof typeof READ, string?];
  const counted = new Map<Atom, Counts>();
  if (cellIds.length === 0 && atoms.size === 0) return counted;
  const slice = new Slice();
  const parameters: unknown[] = [Number(model), cellIds];
  const given = atoms.size > 0 ? [...atoms] : null;
  if (given) {
    const hours = given.map(hourOf);
    const bounds = [hours.reduce((a, b) => Math.min(a, b)), hours.reduce((a, b) => Math.max(a, b))];
    const dateOf = (hour: number) => new Date(hour * HOUR_MS);
    parameters.push(given.map(cellOf), hours.map(dateOf), ...bounds.map(dateOf));
  }
  const which = !given ? 'cells' : cellIds.length > 0 ? 'both' : 'pairs';
  const rows = await session.rows<HoursOfCell>(READ[kind][which], parameters);
  for (const { cellId, hours, promoters, passives, detractors } of rows) {
    if (slice.isOver()) await slice.next();
    hours.forEach((hour, i) => {
      const [a = 0, b = 0, c = 0] = [promoters[i], passives[i], detractors[i]];
      counted.set(atomOf(cellId, hour), { promoters: a, passives: b, detractors: c });
    });
  }
  return counted;
}

/** Whether so many atoms are cheaper to read by cell. */
export const areTooMany = (atoms: ReadonlySet<Atom>): boolean => atoms.size > MOST_ATOMS;
