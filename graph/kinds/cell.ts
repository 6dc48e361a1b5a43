import { nodeId } from '../../domain/lineage/lineage.ts';
import { cellLabel } from '../../domain/segments/cell.ts';
import type { RollupSelection } from '../lineage-store.ts';
import { type LineageNode, NOTHING } from '../node.ts';
import type { LabelDeps, NodeKind } from './shared/kind.ts';
import { answersImpact } from './shared/recorded-mapping.ts';
import { narrowed } from './shared/visible-selection.ts';

/** A cell by its public key, with its visible rollups of any model version. */
interface CellRow {
  readonly key: string;
  readonly selection: RollupSelection;
}

export const cellId = (key: string): string => nodeId('Cell', key);

/** The node of a cell; null where there is no such cell. */
export function cellNode({ cells, dimensions }: LabelDeps, key: string): LineageNode | null {
  const cell = cells.byKey(key);
  if (!cell) return null;
  return { id: cellId(key), kind: 'Cell', label: cellLabel(cell.attributes, dimensions), recordedAt: null };
}

/** One combination of values of all dimensions, the unit of access rights. */
export const cellKind: NodeKind<CellRow, string> = {
  kind: 'Cell',
  tier: 'input',
  prov: 'entity',
  picture: { column: 2, row: 0, names: ['cell', 'cells'] },
  parseKey: (key) => key,
  find: async (request, key) => {
    const selection = await narrowed(request, { cells: [key], models: null });
    return selection && { key, selection };
  },
  node: (deps, { key }) => {
    const node = cellNode(deps, key);
    if (!node) throw new Error(`cell ${key} has rollups and is not in the dictionary`);
    return node;
  },
  upstream: () => NOTHING,
  after: [],
  rollups: (_request, { selection }) => selection,
  impact: {
    of: (request, { selection }) =>
      // What a model learnt belongs to no cell.
      answersImpact(request, selection, { mappings: null, cells: selection.cells }, async () => []),
  },
  projection: { along: 'Rollup' },
};
