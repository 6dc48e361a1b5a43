import { cellShares } from '../../domain/segments/cell-filing.ts';
import { type CellsOf, type CellUsage, readCellUsage } from '../../store/responses/cell-usage.ts';
import { ForbiddenError } from '../errors.ts';
import { access } from './builder.ts';
import type { SchemaParts } from './types.ts';

/** Callers and sources that are listed. */
const MOST = 100;

/** Adds the query cellUsage. */
export function addCellUsage({ builder }: SchemaParts): void {
  const part = (name: 'CellMaker' | 'CellSource', by: string) =>
    builder.objectRef<CellsOf>(name).implement({
      ...access('administer'),
      fields: (t) => ({
        id: t.exposeString('by', { description: `${by} null: added before this was recorded.` }),
        ...(name === 'CellMaker'
          ? { name: t.exposeString('name', { description: 'The name of the key, if a key added them.' }) }
          : {}),
        cells: t.exposeInt('cells', { nullable: false }),
        overflow: t.exposeInt('overflow', {
          nullable: false,
          description: 'Of these, how many have "other" in place of a value that found no room.',
        }),
      }),
    });
  const maker = part('CellMaker', '"ApiKey:…", "token:…" or "admin".');
  const source = part('CellSource', 'The source.');
  const usage = builder.objectRef<CellUsage>('CellUsage').implement({
    ...access('administer'),
    description: 'How many cells (combinations of dimension values) there are, and who added the most.',
    fields: (t) => ({
      cells: t.exposeInt('cells', { nullable: false }),
      overflow: t.exposeInt('overflow', {
        nullable: false,
        description: 'Of these, how many have "other" in place of a value that found no room.',
      }),
      limit: t.int({
        nullable: false,
        description:
          'The most cells with the values as they were sent; a tenth more may have "other" in them.',
        resolve: (_usage, _args, { deps }) => deps.cellLimits.limit,
      }),
      limitOfKey: t.int({
        nullable: false,
        description:
          'The most that one key may add; keys with the permission to administer everything have no such limit.',
        resolve: (_usage, _args, { deps }) => cellShares(deps.cellLimits).key,
      }),
      limitOfSource: t.int({
        nullable: false,
        resolve: (_usage, _args, { deps }) => cellShares(deps.cellLimits).source,
      }),
      makers: t.field({
        type: [maker],
        nullable: false,
        description: 'Those that added the most cells, most first.',
        resolve: ({ makers }) => [...makers],
      }),
      sources: t.field({ type: [source], nullable: false, resolve: ({ sources }) => [...sources] }),
    }),
  });
  builder.queryField('cellUsage', (t) =>
    t.field({
      ...access('administer'),
      type: usage,
      nullable: false,
      description: 'Needs the permission to administer.',
      resolve: (_root, _args, { deps, caller }) => {
        if (!caller.scope.allowsAll('administer'))
          throw new ForbiddenError('this key may not see who added cells');
        return readCellUsage(deps.record, MOST);
      },
    }),
  );
}
