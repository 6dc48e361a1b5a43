import { DEFAULT_FLAG_RULES, type FlagRules, likenessOf } from '../../domain/responses/flags.ts';
import type { Cell, CellAttributes } from '../../domain/segments/cell.ts';
import { UNKNOWN } from '../../domain/segments/dimensions.ts';
import type { Print } from '../../store/responses/response-row.ts';
import type { AcceptRow } from '../../store/responses/store-responses.ts';
import type { FilingDeps } from './file-cells.ts';
import type { NormaliseDeps, Normalised } from './normalise.ts';
import { keyedHash } from './pseudonym.ts';
import type { Submitter } from './submitter.ts';

/** What rows are made with. */
export interface RowDeps extends Pick<NormaliseDeps, 'dimensions' | 'pepper'>, Pick<FilingDeps, 'cells'> {
  /** Absent: those shipped. */
  readonly flagRules?: FlagRules | undefined;
}

/** A response that the submitter may submit, with the id of its stored mapping. */
export interface Prepared extends Normalised {
  readonly mappingVersionId: number;
  /** The attributes with "other" for undeclared values. */
  readonly place: CellAttributes;
  /** Whether the submitter may correct stored responses of the source. */
  readonly mayCorrect: boolean;
}

const CLASS_NUMBER = { detractor: 0, passive: 1, promoter: 2 } as const;

/** The rows to be stored for responses with their cells. */
export function toRows(
  deps: RowDeps,
  { scope }: Submitter,
  filed: readonly { readonly item: Prepared; readonly cell: Cell }[],
): AcceptRow[] {
  const mayReplace = (cellId: number) => {
    if (scope.allowsAll('submitResponse')) return true;
    const cell = deps.cells.get(cellId);
    return cell !== undefined && scope.allows('submitResponse', cell);
  };
  return filed.map(({ item, cell }) => ({
    id: item.id,
    cellId: cell.id,
    mappingVersionId: item.mappingVersionId,
    externalId: item.externalId,
    answeredAt: item.answeredAt,
    revision: item.revision,
    score: item.score,
    points: item.points,
    class: item.class === null ? null : CLASS_NUMBER[item.class],
    comment: item.comment,
    subject: { pseudonym: item.respondent, lookups: item.lookups },
    account: item.account,
    prints: printsOf(deps, item),
    signs: item.signs,
    contentHash: item.contentHash,
    formerHashes: item.formerHashes,
    position: item.event.position,
    eventHash: item.event.hash,
    formerEventHashes: item.event.formerHashes,
    importRow: item.importRow,
    mayReplace: item.mayCorrect ? mayReplace : () => false,
    eventContent: item.event.content,
    sent: sentOf(deps, item),
    segmentRules: item.segmentRules,
    missing: missingOf(deps, item),
  }));
}

/** What segment rules read, where the cell does not say it all. */
function sentOf({ dimensions }: RowDeps, { sent, place }: Prepared): string | null {
  if (sent === null) return null;
  const isWhole =
    sent.asked.length === 0 &&
    dimensions.every(({ attribute: name }) => sent.dimensions[name] === place[name]);
  return isWhole ? null : JSON.stringify(sent);
}

/** The fields that the item has no value for. Of a deployment that calls a dimension `account`, the field is the dimension's. */
function missingOf({ dimensions }: RowDeps, item: Prepared): string[] {
  const optional = {
    score: item.score,
    comment: item.comment,
    respondent: item.respondent,
    account: item.account,
  };
  const values = dimensions.map(({ field, attribute }) => {
    const value = item.attributes[attribute] ?? UNKNOWN;
    return [field, value === UNKNOWN ? null : value];
  });
  const all: object = { ...optional, ...Object.fromEntries(values) };
  return Object.entries(all).flatMap(([field, value]) => (value === null ? [field] : []));
}

/** Of what the rules compare in the answer. Times of imports are often those of a day, so they are not compared. */
function printsOf({ flagRules = DEFAULT_FLAG_RULES, pepper }: RowDeps, item: Prepared): Print[] {
  if (item.importRow !== null) return [];
  return likenessOf(flagRules, item).map(({ rule, text }) => ({
    rule,
    print: keyedHash(pepper, 'print', `${rule} ${text}`),
  }));
}
