import {
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  getOperationAST,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { ScoreRow } from '../../domain/scores/score.ts';
import { isoText } from '../../domain/time/date-time.ts';
import type { ApiContext } from '../context.ts';
import type { Prepared } from '../operation.ts';

/*
 * Rows of scores as JSON without objects between. A field that returns a list of them makes its text itself, where the answer is written
 * from texts; what executes the operation then gets an empty list. So arguments, errors and all other fields are executed as before.
 */

/** Longer lists are built row by row, so that they do not block the event loop. */
const MOST_ROWS = 500;
const LARGEST_INT = 2 ** 31 - 1;

/** The JSON of a value of one row; undefined: it is not of its type, and what executes the operation says so. */
type WriteValue = (row: ScoreRow) => string | undefined;
interface Written {
  /** What comes before the value: the name, and a comma or a brace. */
  readonly before: string;
  readonly value: WriteValue;
}
/** By the names of root fields in the answer. */
type Writers = ReadonlyMap<string, readonly Written[]>;

/** The texts of the rows of one operation. */
export class RowTexts {
  readonly #writers: Writers;
  readonly #texts = new Map<string, string>();

  constructor(writers: Writers) {
    this.#writers = writers;
  }

  /** Makes the text of the rows of that root field; false: they are not written here. */
  write(name: string, rows: readonly ScoreRow[]): boolean {
    const fields = this.#writers.get(name);
    if (!fields || rows.length > MOST_ROWS) return false;
    let text = '';
    for (const row of rows) {
      if (text !== '') text += ',';
      for (const { before, value } of fields) {
        const written = value(row);
        if (written === undefined) return false;
        text += before + written;
      }
      text += '}';
    }
    this.#texts.set(name, `[${text}]`);
    return true;
  }

  /** The text of the rows under that name; undefined if it was not made. */
  of(name: string): string | undefined {
    return this.#texts.get(name);
  }
}

/** Finds the writers of operations, once for each. */
export class RowWriters {
  readonly #known = new WeakMap<OperationDefinitionNode, Writers>();

  /** From here on the rows of the operation are written as texts, where its fields are plain ones. */
  prepare({ schema, document, operationName, contextValue }: Prepared): RowTexts | null {
    const operation = getOperationAST(document, operationName);
    if (!operation) return null;
    let writers = this.#known.get(operation);
    if (!writers) {
      writers = writersOf(schema, operation.selectionSet);
      this.#known.set(operation, writers);
    }
    const texts = writers.size > 0 ? new RowTexts(writers) : null;
    contextValue.rowTexts = texts;
    return texts;
  }
}

/** Of root fields whose rows can be written: each is named once, without directives or fragments. */
function writersOf(schema: GraphQLSchema, { selections }: SelectionSetNode): Writers {
  const fields = schema.getQueryType()?.getFields() ?? {};
  const found = new Map<string, readonly Written[]>();
  const names = new Set<string>();
  for (const one of selections) {
    if (one.kind !== Kind.FIELD || (one.directives ?? []).length > 0) return new Map();
    const name = (one.alias ?? one.name).value;
    if (names.has(name)) return new Map();
    names.add(name);
    const type = fields[one.name.value]?.type;
    const row = type && isRows(type) ? getNamedType(type) : null;
    const writer = isObjectType(row) && one.selectionSet ? writerOf(row, one.selectionSet) : null;
    if (writer) found.set(name, writer);
  }
  return found;
}

const isRows = (type: Parameters<typeof getNamedType>[0]): boolean =>
  isListType(getNullableType(type as GraphQLObjectType)) && getNamedType(type)?.name === 'NpsRow';

function writerOf(type: GraphQLObjectType, { selections }: SelectionSetNode): readonly Written[] | null {
  const written = new Map<string, Written>();
  for (const one of selections) {
    if (one.kind !== Kind.FIELD || (one.directives ?? []).length > 0) return null;
    const field = type.getFields()[one.name.value];
    if (!field) return null;
    const attribute = field.extensions['attribute'] as string | undefined;
    const value = attribute === undefined ? VALUES[field.name] : valueOfGroup(attribute);
    if (!value) return null;
    const name = (one.alias ?? one.name).value;
    const before = `${written.size === 0 ? '{' : ','}"${name}":`;
    if (!written.has(name)) written.set(name, { before, value });
  }
  return [...written.values()];
}

const float = (value: number | null): string | undefined =>
  value === null || Number.isFinite(value) ? `${value}` : undefined;
const int = (value: number | null): string | undefined =>
  value === null || (Number.isInteger(value) && Math.abs(value) <= LARGEST_INT) ? `${value}` : undefined;

/** The fields of NpsRow that are written, as their types serialise them. Names of their own: one access by name takes longer. */
const VALUES: Readonly<Record<string, WriteValue>> = {
  // Base64url, so nothing is escaped.
  id: ({ id }) => `"${id}"`,
  time: ({ time }) => `"${isoText(time)}"`,
  until: ({ until }) => `"${isoText(until)}"`,
  score: ({ score }) => float(score),
  low: ({ low }) => float(low),
  high: ({ high }) => float(high),
  change: ({ change }) => float(change),
  method: ({ method }) => (method === null ? 'null' : `"${method}"`),
  responses: ({ responses }) => int(responses),
  promoters: ({ promoters }) => int(promoters),
  passives: ({ passives }) => int(passives),
  detractors: ({ detractors }) => int(detractors),
  suppressed: ({ suppressed }) => `${suppressed}`,
};

const valueOfGroup =
  (attribute: string): WriteValue =>
  ({ group }) =>
    JSON.stringify(group[attribute] ?? null);

/** Makes the fields of Query that return rows of scores write them, where an operation asks for texts. */
export function writeRows(schema: GraphQLSchema): GraphQLSchema {
  for (const field of Object.values(schema.getQueryType()?.getFields() ?? {})) {
    const { resolve } = field;
    if (!resolve || !isRows(field.type)) continue;
    field.resolve = async (root, args, context: ApiContext, info) => {
      const rows = (await resolve(root, args, context, info)) as readonly ScoreRow[];
      return context.rowTexts?.write(String(info.path.key), rows) ? [] : rows;
    };
  }
  return schema;
}
