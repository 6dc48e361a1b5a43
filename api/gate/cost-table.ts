import type { GraphQLObjectType, GraphQLSchema } from 'graphql';
import { FIELDS_A_POINT, fieldCost, INGEST_COST, ITEMS_A_POINT, ROUTE_COSTS } from './costs.ts';

/** docs/guides/costs.md: what each field of the schema costs. */
export function costTable(schema: GraphQLSchema): string {
  const rows = Object.values(schema.getTypeMap())
    .filter((type): type is GraphQLObjectType => 'getFields' in type)
    .flatMap((type) =>
      Object.values(type.getFields()).flatMap((field) => {
        const cost = fieldCost(type.name, field);
        return cost ? [`| ${type.name}.${field.name} | ${cost.says} |`] : [];
      }),
    );
  return [
    '# What fields cost',
    '',
    'In points, 1 being about 50 µs of the server; see [limits](limits.md). Fields that are not listed cost what is asked for',
    `inside them. Of each field every ${ITEMS_A_POINT} items of the lists among its arguments cost 1 more, and of each operation every ${FIELDS_A_POINT} fields that it unfolds to. Written by \`npm run schema\`.`,
    '',
    '| field | points |',
    '| --- | --- |',
    ...rows,
    ...Object.entries(ROUTE_COSTS).map(
      ([path, points]) => `| ${path.startsWith('/') ? `GET ${path}` : path} | ${points} |`,
    ),
    `| POST /ingest/* | ${INGEST_COST.request}, and 1 for every ${INGEST_COST.bytes} bytes of the body |`,
    '',
  ].join('\n');
}
