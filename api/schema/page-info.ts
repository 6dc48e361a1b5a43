import { access, type Builder } from './builder.ts';

export interface PageFacts {
  readonly hasNextPage: boolean;
  readonly endCursor: string | null;
}

/** Adds PageInfo. */
export function addPageInfo(builder: Builder) {
  return builder.objectRef<PageFacts>('PageInfo').implement({
    ...access('public'),
    fields: (t) => ({
      hasNextPage: t.exposeBoolean('hasNextPage', { nullable: false }),
      endCursor: t.exposeString('endCursor'),
    }),
  });
}
