import type { NpsClass } from '../../gql/graphql.ts';

export const CLASS_WORDS: Record<NpsClass, string> = {
  PROMOTER: 'Promoter',
  PASSIVE: 'Passive',
  DETRACTOR: 'Detractor',
};
