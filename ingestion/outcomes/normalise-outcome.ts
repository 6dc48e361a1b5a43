import canonicalize from 'canonicalize';
import { isCurrency, minorUnits } from '../../domain/outcomes/money.ts';
import { outcomeId } from '../../domain/outcomes/outcome-id.ts';
import { FIELDS_OF_KIND, type OutcomeField, type OutcomeKind } from '../../domain/outcomes/outcome-kinds.ts';
import type { Revision } from '../../domain/responses/newer.ts';
import type { Pseudonymous } from '../../domain/responses/normalised-response.ts';
import type { CellAttributes } from '../../domain/segments/cell.ts';
import { quoted, readName, TEXT_RULES } from '../../domain/text/text.ts';
import { keptItem } from '../pipeline/kept-item.ts';
import { readNames } from '../pipeline/names.ts';
import {
  attributesOf,
  blankToNull,
  checkRevision,
  checkTexts,
  checkTime,
  type NormaliseDeps,
} from '../pipeline/normalise.ts';
import { type NoteCode, type Outcome, rejected } from '../pipeline/outcome.ts';
import {
  keyedHash,
  type Named,
  type Pepper,
  peppers,
  pseudonym,
  pseudonymous,
} from '../pipeline/pseudonym.ts';
import type { OutcomeDraft } from './outcome-draft.ts';

/** A valid outcome: ready to be filed and stored. */
export interface NormalisedOutcome {
  /** Derived from source and external id. */
  readonly id: string;
  readonly source: string;
  readonly externalId: string;
  readonly kind: OutcomeKind;
  readonly at: Date;
  readonly revision: Revision | null;
  readonly respondent: Pseudonymous | null;
  readonly account: Pseudonymous | null;
  /** In the currency's smallest unit. */
  readonly amount: number | null;
  readonly currency: string | null;
  readonly quantity: number | null;
  readonly name: string | null;
  readonly owner: string | null;
  readonly staff: Pseudonymous | null;
  readonly ownerStaff: Pseudonymous | null;
  readonly attributes: CellAttributes;
  /** Keyed hash of everything above except the revision: equal contents are duplicates. */
  readonly contentHash: string;
  /** The same under former peppers. */
  readonly formerHashes: readonly string[];
  readonly position: string;
  readonly content: string;
  readonly importId: number | null;
  readonly notes: readonly NoteCode[];
}

/** Checks a draft and makes pseudonyms of its identifiers. A bad draft becomes a rejection, never an exception. */
export function normaliseOutcome(deps: NormaliseDeps, draft: OutcomeDraft): NormalisedOutcome | Outcome {
  const { externalId, source, position, kind, at } = draft;
  const read = readNames({ externalId, source });
  if ('status' in read) return read;
  const { respondent: person, account: customer, owner: keeper, agent: staff } = draft;
  const [respondent, account, owner, agent] = [person, customer, keeper, staff].map(blankOrTrimmed);
  const problem =
    checkTexts({ respondent, account, position }) ??
    checkStaff('owner', owner ?? null) ??
    checkStaff('agent', agent ?? null) ??
    checkTime('at', at, deps.now()) ??
    checkRevision(draft.revision, deps.now());
  if (problem) return problem;
  if (!respondent && !account)
    return rejected('MISSING', 'account: an outcome needs an account, a respondent, or both');
  const figures = figuresOf(draft);
  if ('status' in figures) return figures;
  const attributes = attributesOf(deps.dimensions, draft.dimensions);
  if ('problem' in attributes) return attributes.problem;
  const facts = { kind, at, ...figures, owner: owner ?? null };
  const wrong = checkFields(kind, { ...facts, agent: agent ?? null }, account ?? null);
  if (wrong) return wrong;
  const { names } = read;
  const content = { ...names, ...facts, attributes: (deps.storedAs ?? same)(attributes.values) };
  const hashes = peppers(deps.pepper).map((pepper) =>
    keyedHash(
      pepper,
      'content',
      canonicalize({
        outcome: content,
        respondent: nameUnder(pepper, respondent, 'respondent'),
        account: nameUnder(pepper, account, 'account'),
        // Absent where there is none, so that contents stored before outcomes had it keep their hashes.
        ...(agent ? { staff: nameUnder(pepper, agent, 'staff') } : {}),
      }) ?? '',
    ),
  );
  const item = keptItem(draft.raw);
  return {
    id: outcomeId(names.source, names.externalId),
    ...names,
    ...facts,
    revision: draft.revision,
    respondent: respondent ? pseudonymous(deps.pepper, respondent, 'respondent') : null,
    account: account ? pseudonymous(deps.pepper, account, 'account') : null,
    staff: agent ? pseudonymous(deps.pepper, agent, 'staff') : null,
    ownerStaff: owner ? pseudonymous(deps.pepper, owner, 'staff') : null,
    attributes: attributes.values,
    contentHash: hashes[0] as string,
    formerHashes: hashes.slice(1),
    position,
    importId: draft.importId ?? null,
    content: item.text.replaceAll('\u0000', ' ').toWellFormed(),
    notes: [
      ...(attributes.isCut ? (['VALUE_TOO_LONG'] as const) : []),
      ...(item.isCut ? (['ITEM_CUT'] as const) : []),
    ],
  };
}

const same = (given: CellAttributes) => given;
const blankOrTrimmed = (text: string | null) => blankToNull(text)?.trim() ?? null;
const nameUnder = (pepper: Pepper, identifier: string | null | undefined, of: Named) =>
  identifier ? pseudonym(pepper, identifier, of) : null;

function checkStaff(field: 'owner' | 'agent', name: string | null): Outcome | null {
  const read = name === null ? '' : readName(TEXT_RULES.respondent, name);
  return typeof read === 'string' ? null : rejected(read.code, `${field}: ${read.message}`);
}

type Figures = Pick<NormalisedOutcome, 'amount' | 'currency' | 'quantity' | 'name'>;

/** Money, count and name as stored. */
function figuresOf({ amount, currency, quantity, name }: OutcomeDraft): Figures | Outcome {
  const named = readName(TEXT_RULES.name, name ?? '');
  if (typeof named !== 'string') return rejected(named.code, `name: ${named.message}`);
  if (quantity !== null && !(Number.isSafeInteger(quantity) && quantity >= 0))
    return rejected('INVALID', `quantity: ${quoted(quantity)} is not a whole number from 0 to 2^53 - 1`);
  const rest = { quantity, name: named === '' ? null : named };
  if (amount === null && currency === null) return { amount: null, currency: null, ...rest };
  if (currency === null)
    return rejected('MISSING', 'currency: an amount needs the code of its currency, such as "EUR"');
  const code = currency.trim().toUpperCase();
  if (!isCurrency(code))
    return rejected('INVALID', `currency: ${quoted(currency)} is not a code of ISO 4217, such as "EUR"`);
  if (amount === null) return rejected('MISSING', 'amount: is missing, and a currency is given');
  const units = minorUnits(amount, code);
  if (typeof units === 'string') return rejected('INVALID', `amount: ${quoted(amount)} ${units}`);
  return { amount: units, currency: code, ...rest };
}

/** A field that the kind does not take is a mistake of its sender's map. */
function checkFields(
  kind: OutcomeKind,
  given: Readonly<Record<OutcomeField, unknown>>,
  account: string | null,
): Outcome | null {
  const { needs, takes } = FIELDS_OF_KIND[kind];
  for (const field of ['amount', 'quantity', 'name', 'owner', 'agent'] as const) {
    if (given[field] === null && needs.includes(field))
      return rejected('MISSING', `${field}: is missing; ${kind} needs it`);
    if (given[field] !== null && !needs.includes(field) && !takes.includes(field))
      return rejected('INVALID', `${field}: ${kind} has none; ${fieldsInWords(kind)}`);
  }
  if (kind === 'OWNER_CHANGED' && account === null)
    return rejected('MISSING', 'account: is missing; OWNER_CHANGED needs it');
  return null;
}

function fieldsInWords(kind: OutcomeKind): string {
  const { needs, takes } = FIELDS_OF_KIND[kind];
  const all = [...needs, ...takes].map((field) => (field === 'amount' ? 'amount with currency' : field));
  return all.length === 0 ? 'it has no field of its own' : `its own fields are ${all.join(', ')}`;
}
