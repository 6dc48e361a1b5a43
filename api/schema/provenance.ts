import { parseScoreId } from '../../domain/scores/score.ts';
import { provDocument } from '../../graph/export/prov-json.ts';
import { scoreStartOf } from '../../graph/kinds/score.ts';
import { collectTrace } from '../../graph/traversal/collect.ts';
import { readScore } from '../../store/scores/scores.ts';
import { InvalidArgumentError } from '../errors.ts';
import { fixed } from '../gate/costs.ts';
import { access } from './builder.ts';
import type { SchemaParts } from './types.ts';

/** Nodes of one document. */
const BOUND = 10_000;
const DOCUMENT_COST = fixed(2_000);

/** Adds the query provenance. */
export function addProvenance({ builder, dimensions }: SchemaParts): void {
  builder.queryField('provenance', (t) =>
    t.field({
      ...access('traceLineage', DOCUMENT_COST),
      type: 'JSON',
      nullable: false,
      description:
        "W3C PROV-JSON of one score, from its trace. The score's sl:lineageComplete is false only with sl:lineageReason.",
      args: { id: t.arg.id({ required: true, description: 'Of an NpsRow.' }) },
      resolve: async (_root, { id }, { deps, caller }) => {
        const name = parseScoreId(id);
        if (!name) throw new InvalidArgumentError('id: this is not the id of an NpsRow');
        const trace = await collectTrace(deps, caller.scope, scoreStartOf(dimensions, id, name), BOUND);
        return provDocument(await readScore(deps, caller.scope, name), trace);
      },
    }),
  );
}
