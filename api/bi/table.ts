import {
  type DocumentNode,
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  getOperationAST,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  isUnionType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** What a column holds: each format writes it as its own type. */
export type ColumnKind = 'text' | 'integer' | 'number' | 'boolean' | 'time' | 'json';

export interface Column {
  /** The path, joined by "_": before_score. */
  readonly name: string;
  readonly kind: ColumnKind;
  readonly path: readonly string[];
}

/** How the answer of an operation becomes rows. */
export interface Table {
  readonly operation: OperationDefinitionNode;
  /** The root field, and its key in the answer. */
  readonly field: FieldNode;
  readonly key: string;
  readonly columns: readonly Column[];
  readonly shape: 'list' | 'object' | 'connection';
  /** For a connection whose pages can be followed: the variables of its arguments `after` and `first`. */
  readonly pages: { readonly after: string; readonly first: string } | null;
}

/** Why an operation cannot be read as rows. */
export interface NotTabular {
  readonly why: string;
}

const KINDS: Readonly<Record<string, ColumnKind>> = {
  Int: 'integer',
  Float: 'number',
  Boolean: 'boolean',
  DateTime: 'time',
  JSON: 'json',
};

/**
 * Reads how the answer of a valid operation becomes rows. Objects within a row are flattened, their names joined by "_";
 * a list within a row is one value, its JSON.
 */
export function tableOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null,
): Table | NotTabular {
  const operation = getOperationAST(document, operationName);
  const root = schema.getQueryType();
  if (!operation || !root || operation.operation !== 'query')
    return { why: 'it is not a query: only queries have rows' };
  const fields = fieldsOf(document, operation.selectionSet);
  const [field] = fields;
  if (!field || fields.length > 1)
    return { why: `it has ${fields.length} fields at its root; rows come from one` };
  const type = root.getFields()[field.name.value]?.type;
  if (!type || !field.selectionSet) return { why: 'its root field has no rows' };
  const of = { document, schema };
  const shared = { operation, field, key: keyOf(field) };
  const nodes = connectionNodes(of, field, type);
  try {
    if (nodes) {
      const columns = columnsOf(of, nodes.selection, nodes.type);
      return { ...shared, columns, shape: 'connection', pages: pagesOf(of, field) };
    }
    const columns = columnsOf(of, field.selectionSet, getNamedType(type) as GraphQLObjectType);
    return { ...shared, columns, shape: isListType(getNullableType(type)) ? 'list' : 'object', pages: null };
  } catch (error) {
    if (error instanceof SameNameError) return { why: error.message };
    throw error;
  }
}

interface Within {
  readonly document: DocumentNode;
  readonly schema: GraphQLSchema;
}

/** Two columns would have one name. */
class SameNameError extends Error {}

const keyOf = ({ alias, name }: FieldNode): string => (alias ?? name).value;

/** The fields of a selection, through its fragments. */
function fieldsOf(document: DocumentNode, { selections }: SelectionSetNode): FieldNode[] {
  return selections.flatMap((one) => {
    if (one.kind === Kind.FIELD) return one.name.value === '__typename' ? [] : [one];
    if (one.kind === Kind.INLINE_FRAGMENT) return fieldsOf(document, one.selectionSet);
    const fragment = document.definitions.find(
      (given) => given.kind === Kind.FRAGMENT_DEFINITION && given.name.value === one.name.value,
    );
    return fragment?.kind === Kind.FRAGMENT_DEFINITION ? fieldsOf(document, fragment.selectionSet) : [];
  });
}

/** The selection and type of the nodes, where the field is a connection whose nodes are asked for. */
function connectionNodes({ document }: Within, field: FieldNode, type: GraphQLOutputType) {
  const connection = getNullableType(type);
  if (!isObjectType(connection) || !connection.name.endsWith('Connection') || !field.selectionSet)
    return null;
  const edges = fieldsOf(document, field.selectionSet).find(({ name }) => name.value === 'edges');
  const node =
    edges?.selectionSet && fieldsOf(document, edges.selectionSet).find(({ name }) => name.value === 'node');
  const edge = getNamedType(connection.getFields()['edges']?.type) as GraphQLObjectType | undefined;
  const nodeType = getNamedType(edge?.getFields()['node']?.type) as GraphQLObjectType | undefined;
  return node?.selectionSet && nodeType ? { selection: node.selectionSet, type: nodeType } : null;
}

/** Pages are followed where the document takes `first` and `after` from variables and asks where the page ended. */
function pagesOf({ document }: Within, field: FieldNode): Table['pages'] {
  const variable = (name: string) => {
    const value = field.arguments?.find((one) => one.name.value === name)?.value;
    return value?.kind === Kind.VARIABLE ? value.name.value : null;
  };
  const [after, first] = [variable('after'), variable('first')];
  const info = fieldsOf(document, field.selectionSet as SelectionSetNode).find(
    (one) => keyOf(one) === 'pageInfo',
  );
  const asked = new Set(info?.selectionSet ? fieldsOf(document, info.selectionSet).map(keyOf) : []);
  if (after === null || first === null || !asked.has('hasNextPage') || !asked.has('endCursor')) return null;
  return { after, first };
}

function columnsOf(of: Within, selection: SelectionSetNode, type: GraphQLObjectType): Column[] {
  const columns: Column[] = [];
  const known = new Map<string, string>();
  const walk = (within: SelectionSetNode, parent: GraphQLObjectType, path: readonly string[]) => {
    for (const field of fieldsOf(of.document, within)) {
      const found = fieldType(of.schema, parent, field.name.value);
      if (!found) continue;
      const at = [...path, keyOf(field)];
      const named = getNamedType(found);
      if (!isListType(getNullableType(found)) && isCompositeType(named) && field.selectionSet) {
        walk(field.selectionSet, named as GraphQLObjectType, at);
        continue;
      }
      const name = at.join('_');
      const place = at.join('.');
      if (known.get(name) === place) continue;
      if (known.has(name))
        throw new SameNameError(`${known.get(name)} and ${place} would both be the column ${name}`);
      known.set(name, place);
      const kind = isListType(getNullableType(found)) ? 'json' : (KINDS[named.name] ?? 'text');
      columns.push({ name, kind, path: at });
    }
  };
  walk(selection, type, []);
  return columns;
}

/** The type of a field; of an interface or union, that of the first type that has it. */
function fieldType(
  schema: GraphQLSchema,
  parent: GraphQLObjectType,
  name: string,
): GraphQLOutputType | undefined {
  const own = isUnionType(parent) ? undefined : parent.getFields()[name]?.type;
  if (own || !(isInterfaceType(parent) || isUnionType(parent))) return own;
  return schema
    .getPossibleTypes(parent)
    .find((one) => one.getFields()[name])
    ?.getFields()[name]?.type;
}
