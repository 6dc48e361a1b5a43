import { InvalidArgumentError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { type AccessClass, access, type TypeOf } from './builder.ts';
import type { SchemaParts } from './types.ts';

/** One page of a list, as its query reads it. */
export interface ListPage<Row> {
  readonly rows: readonly Row[];
  readonly hasNextPage: boolean;
  /** Where the next page begins, if that is not after the last row. */
  readonly endCursor?: string;
}

/** @throws InvalidArgumentError */
export function pageSize(first: number): number {
  if (first >= 1 && first <= LIMITS.page) return first;
  throw new InvalidArgumentError(`first: ${first} is not between 1 and ${LIMITS.page}`);
}

/** The page of the rows read: up to `first` + 1, of which the last only shows that there are more. */
export function pageOf<Row>(rows: readonly Row[], first: number): ListPage<Row> {
  return { rows: rows.slice(0, first), hasNextPage: rows.length > first };
}

interface Connected<Row, Page> {
  /** For the types NAMEEdge and NAMEConnection. */
  readonly name: string;
  readonly node: TypeOf<Row>;
  readonly shows: AccessClass;
  readonly cursorOf: (row: Row, page: Page) => string;
}

/** Adds the edge and the connection of a list whose rows are its nodes. `Page` may have more, for fields that are added later. */
export function addConnection<Row extends object, Page extends ListPage<Row> = ListPage<Row>>(
  { builder, types: { pageInfo } }: SchemaParts,
  { name, node, shows, cursorOf }: Connected<Row, Page>,
) {
  const edge = builder.objectRef<{ readonly row: Row; readonly page: Page }>(`${name}Edge`).implement({
    ...access(shows),
    fields: (t) => ({
      // `never`: its type does not express that a row is not a list.
      node: t.field({ type: node, nullable: false, resolve: ({ row }) => row as never }),
      cursor: t.string({ nullable: false, resolve: ({ row, page }) => cursorOf(row, page) }),
    }),
  });
  return builder.objectRef<Page>(`${name}Connection`).implement({
    ...access(shows),
    fields: (t) => ({
      edges: t.field({
        type: [edge],
        nullable: false,
        resolve: (page) => page.rows.map((row) => ({ row, page })),
      }),
      pageInfo: t.field({
        type: pageInfo,
        nullable: false,
        resolve: (page) => {
          const { rows, hasNextPage, endCursor } = page;
          const last = rows.at(-1);
          return { hasNextPage, endCursor: endCursor ?? (last ? cursorOf(last, page) : null) };
        },
      }),
    }),
  });
}
