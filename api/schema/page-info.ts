import { access } from './builder.ts';
import type { SchemaParts } from './types.ts';

/** Adds PageInfo. */
export function addPageInfo({ types }: SchemaParts): void {
  types.pageInfo.implement({
    ...access('public'),
    fields: (t) => ({
      hasNextPage: t.exposeBoolean('hasNextPage', { nullable: false }),
      endCursor: t.exposeString('endCursor'),
    }),
  });
}
