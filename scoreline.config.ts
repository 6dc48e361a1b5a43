import { DEFAULT_DIMENSIONS } from './domain/dimensions.ts';

/**
 * What belongs to the deployment rather than to its environment. Dimension fields become arguments, fields and enum
 * values of the GraphQL schema; run `npm run schema` after a change to see them. SCORELINE_CONFIG names another file.
 */
export default {
  dimensions: DEFAULT_DIMENSIONS,
  /** The most combinations of dimension values; beyond it new values are filed under "other". */
  cellLimit: 10_000,
};
