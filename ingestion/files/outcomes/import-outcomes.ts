import { type BatchAccount, type RejectionCode, WHOLE_REJECTIONS } from '../../pipeline/outcome.ts';
import { isWanted, type RowValues } from '../file-row.ts';
import { withFirstRow } from '../import/run-import.ts';
import { readRows } from '../read/read-rows.ts';
import { columnsOfOutcomes, type OutcomeMap } from './outcome-map.ts';
import { itemFromRow } from './outcome-row.ts';

/** What an import of outcomes sends its items to; one answer for each batch, after the commit. */
export type SendOutcomes = (items: readonly object[]) => Promise<BatchAccount>;

/** A row that was rejected. */
export interface RejectedRow {
  readonly line: number;
  readonly code: RejectionCode | 'UNREADABLE';
  readonly message: string;
  readonly values: RowValues;
}

/** What became of the rows of a file: their number is the sum of the four. */
export interface OutcomeImport {
  accepted: number;
  duplicates: number;
  rejected: number;
  leftOut: number;
  interrupted: boolean;
}

export interface OutcomeImportOptions {
  readonly path: string;
  readonly map: OutcomeMap;
  readonly send: SendOutcomes;
  readonly isStopping: () => boolean;
  readonly onRejected: (rows: readonly RejectedRow[]) => Promise<void> | void;
}

/** Rows of one batch: an answer lists so many rejections in full. */
const BATCH_ROWS = WHOLE_REJECTIONS;

interface Row {
  readonly line: number;
  readonly values: RowValues;
  readonly item: object;
}

/**
 * Imports a file of outcomes, batch by batch. An import that breaks off is started again: what was stored is a duplicate.
 * @throws WrongColumnsError, UnreadableFileError, or the error of `send`
 */
export async function importOutcomes(options: OutcomeImportOptions): Promise<OutcomeImport> {
  const { path, map } = options;
  const { encoding, separator, sheet, headings } = map;
  const isAnswer = (values: RowValues) => 'item' in itemFromRow(map, values);
  const how = { columns: columnsOfOutcomes(map), encoding, separator, sheet, headings, isAnswer };
  const source = await withFirstRow(path, await readRows(path, how));
  const counts: OutcomeImport = { accepted: 0, duplicates: 0, rejected: 0, leftOut: 0, interrupted: false };
  let batch: Row[] = [];
  const refuse = async (rows: readonly RejectedRow[]) => {
    counts.rejected += rows.length;
    if (rows.length > 0) await options.onRejected(rows);
  };
  const flush = async () => {
    if (batch.length === 0) return;
    const rows = batch;
    batch = [];
    const account = await options.send(rows.map(({ item }) => item));
    counts.accepted += account.accepted;
    counts.duplicates += account.duplicates;
    await refuse(
      account.rejected.map(({ index, code, message }) => {
        const { line, values } = rows[index] as Row;
        // No new copy of an erased person's data: the line leads to it in the file, if that still exists.
        return { line, code, message, values: code === 'ERASED' ? {} : values };
      }),
    );
  };
  for await (const row of source.rows) {
    const { line } = row;
    if ('blank' in row) continue;
    if ('heading' in row) counts.leftOut += 1;
    else if ('problem' in row) await refuse([{ line, code: 'UNREADABLE', message: row.problem, values: {} }]);
    else if (!isWanted(map, row.values)) counts.leftOut += 1;
    else {
      const read = itemFromRow(map, row.values);
      if ('item' in read) batch.push({ line, values: row.values, item: read.item });
      else if (read.status === 'rejected')
        await refuse([{ line, code: read.code, message: read.message, values: row.values }]);
    }
    if (batch.length === BATCH_ROWS) await flush();
    counts.interrupted = options.isStopping();
    if (counts.interrupted) break;
  }
  await flush();
  return counts;
}
