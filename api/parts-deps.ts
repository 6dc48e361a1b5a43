import type { FilingDeps } from '../ingestion/pipeline/file-cells.ts';
import type { ProofDeps } from '../proof/export-proof.ts';
import type { ApiDeps, ScopedDeps } from './context.ts';

/* What other parts need, of the dependencies of the API. */

/**
 * What proofs are made from. They read with the owner's session, because leaves, manifests and the log are of all cells; the scope
 * decides what a verdict says.
 */
export const proofDeps = ({ seals, record, cells, now }: ScopedDeps): ProofDeps => {
  const { publicKey, checkpointFile, catchUp, sealAfter, rememberFor, sign } = seals;
  return {
    publicKey,
    checkpointFile,
    sealAfter,
    sign,
    ...(catchUp && { catchUp }),
    ...(rememberFor !== undefined && { rememberFor }),
    store: record,
    cells,
    now,
  };
};

/** What files facts that are no responses into cells. */
export const filingOf = ({
  store,
  cells,
  dimensions,
  cellLimits,
  now,
  log,
}: Pick<ApiDeps, 'store' | 'cells' | 'dimensions' | 'cellLimits' | 'now' | 'log'>): FilingDeps => ({
  ...{ store, cells, dimensions, cellLimits, now },
  warn: (message) => log.warn({}, message),
});
