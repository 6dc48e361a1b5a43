import { parseScoreId } from '../../domain/scores/score.ts';
import { readScore } from '../../store/scores/scores.ts';
import { InvalidArgumentError } from '../errors.ts';
import { fixed } from '../gate/costs.ts';
import { access } from './builder.ts';
import type { SchemaParts } from './types.ts';

/** Adds the query npsRow: the score that an id names, as a link to it needs. */
export function addScoreById({ builder, types }: SchemaParts): void {
  builder.queryField('npsRow', (t) =>
    t.field({
      ...access('readScore', fixed(20)),
      type: types.npsRow,
      description:
        'The score that an NpsRow id names, as it is now. Null where it counts what a model inferred that is no longer the champion.',
      args: { id: t.arg.id({ required: true }) },
      resolve: async (_root, { id }, { deps, caller }) => {
        const name = parseScoreId(id);
        if (!name) throw new InvalidArgumentError('id: this is not the id of an NpsRow');
        return readScore(deps, caller.scope, name);
      },
    }),
  );
}
