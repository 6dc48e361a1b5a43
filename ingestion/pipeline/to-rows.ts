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

/** Fields that an item may leave out, beside its dimensions. */
const OPTIONAL = ['score', 'comment', 'respondent', 'account'] as const;

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
    position: placedBy(item, item.event.position),
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

/** The place of an item in its source, with the rules that filed it: lineage shows it. */
const placedBy = ({ sent, attributes, segmentRules }: Prepared, position: string): string =>
  sent === null || sent.dimensions === attributes
    ? position
    : `${position}, filed by segment rules ${segmentRules}`;

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
  const missing: string[] = [];
  for (const field of OPTIONAL)
    if (item[field] === null && !dimensions.some((one) => one.field === field)) missing.push(field);
  for (const { field, attribute } of dimensions)
    if ((item.attributes[attribute] ?? UNKNOWN) === UNKNOWN) missing.push(field);
  return missing;
}

/** Of what the rules compare in the answer. Times of imports are often those of a day, so they are not compared. */
function printsOf({ flagRules = DEFAULT_FLAG_RULES, pepper }: RowDeps, item: Prepared): Print[] {
  if (item.importRow !== null) return [];
  return likenessOf(flagRules, item).map(({ rule, text }) => ({
    rule,
    print: shortHash(keyedHash(pepper, 'print', `${rule} ${text}`)),
  }));
}

/** The first 64 bits of hex digits as a number of the database. Alike answers of a week are too few for equal ones by chance. */
const shortHash = (hex: string): string => String(BigInt.asIntN(64, BigInt(`0x${hex.slice(0, 16)}`)));
