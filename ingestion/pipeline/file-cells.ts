import { LRUCache } from 'lru-cache';
import { loggedCallerId } from '../../domain/errors/logged-caller.ts';
import { type Cell, type CellAttributes, cellKey } from '../../domain/segments/cell.ts';
import { asDeclared, type CellLimits } from '../../domain/segments/cell-filing.ts';
import { type Dimension, OTHER } from '../../domain/segments/dimensions.ts';
import { quoted } from '../../domain/text/text.ts';
import type { Store } from '../../store/database/client.ts';
import type { Used } from '../../store/responses/add-cells.ts';
import type { StoredCellDictionary } from '../../store/responses/cell-dictionary.ts';
import { type Outcome, rejected } from './outcome.ts';
import type { Submitter } from './submitter.ts';

export interface FilingDeps {
  readonly store: Store;
  readonly cells: StoredCellDictionary;
  readonly dimensions: readonly Dimension[];
  readonly cellLimits: CellLimits;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly warn: (message: string) => void;
}

const WHAT: Readonly<Record<Used, (limits: CellLimits) => string>> = {
  key: ({ limit, perKey }) => `its share of the cells (${perKey} of ${limit}) is used up`,
  source: ({ limit, perSource }) => `the share of this source (${perSource} of ${limit} cells) is used up`,
  minute: ({ perMinute }) => `it added ${perMinute} cells in a minute`,
  limit: ({ limit }) => `the database has as many cells as it may (cellLimit ${limit})`,
};
/** The same whether the segment or the stored response is out of bounds. */
export const FORBIDDEN = rejected('FORBIDDEN', 'this key may not submit responses into this segment');
const NO_ROOM = rejected(
  'NO_CELL',
  'this combination of dimension values is new and finds no room among the cells; filed with "other" in place of what is new ' +
    'it would lie outside the segment of this key',
);
/** How often the log reports, per caller and cause, that something found no room. */
const SAID_AGAIN_MS = 10 * 60_000;
const SAID_OF_MOST = 1_000;

const permits = ({ scope }: Submitter, attributes: CellAttributes): boolean =>
  scope.allowsAll('submitResponse') ||
  scope.allows('submitResponse', { id: 0, key: cellKey(attributes), attributes });

/** Finds the cell of each response, or says why it has none. The permission is checked again for that cell. */
export function createFiling(deps: FilingDeps) {
  const said = new LRUCache<string, number>({ max: SAID_OF_MOST });
  const say = (maker: string, used: Used) => {
    const name = `${used} ${maker}`;
    const before = said.get(name);
    if (before !== undefined && deps.now() - before < SAID_AGAIN_MS) return;
    said.set(name, deps.now());
    deps.warn(
      `${loggedCallerId(maker)}: ${WHAT[used](deps.cellLimits)}: what is new in its dimension is filed under "${OTHER}"`,
    );
  };
  return async (
    submitter: Submitter,
    responses: readonly { readonly place: CellAttributes; readonly source: string }[],
  ): Promise<(Cell | Outcome)[]> => {
    const submissions = responses.map(({ place, source }) => ({ attributes: place, source }));
    const cells = await deps.cells.file(deps.store, submissions, {
      maker: submitter.id,
      isShared: !submitter.scope.allowsAll('administer'),
      limits: deps.cellLimits,
      permits: (attributes) => permits(submitter, attributes),
      onUsedUp: (used) => say(submitter.id, used),
    });
    return cells.map((cell) => cell ?? NO_ROOM);
  };
}

/**
 * The attributes as sent, with "other" for undeclared values, or their rejection. The permission is checked for
 * both.
 */
export function placeOf(
  dimensions: readonly Dimension[],
  submitter: Submitter,
  sent: CellAttributes,
): { readonly attributes: CellAttributes } | { readonly outcome: Outcome } {
  if (!permits(submitter, sent)) return { outcome: FORBIDDEN };
  const declared = asDeclared(dimensions, sent);
  if ('undeclared' in declared) {
    const { field, value } = declared.undeclared;
    const message = `${field}: ${quoted(value)} is none of the values that this deployment declares`;
    return { outcome: rejected('INVALID', message) };
  }
  if (declared.attributes !== sent && !permits(submitter, declared.attributes)) return { outcome: FORBIDDEN };
  return declared;
}

/** The values of the cell by field, if it differs from what was sent. */
export function filedAsOf(
  dimensions: readonly Dimension[],
  sent: CellAttributes,
  cell: Cell,
): Readonly<Record<string, string>> | undefined {
  if (dimensions.every(({ attribute }) => cell.attributes[attribute] === sent[attribute])) return undefined;
  return Object.fromEntries(
    dimensions.map(({ field, attribute }) => [field, cell.attributes[attribute] ?? OTHER]),
  );
}
