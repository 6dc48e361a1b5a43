import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLArgument,
  type GraphQLDirective,
  type GraphQLField,
  GraphQLIncludeDirective,
  type GraphQLNamedType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionNode,
  type SelectionSetNode,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from 'graphql';
import { LIMITS } from '../limits.ts';
import { argumentsOf, FAILED, isFixed, type Variables } from './argument-values.ts';
import { fieldCost, listed } from './costs.ts';
import { countItems } from './lists.ts';

/** The points of an operation or a part of it, from its variables as coerced. */
export type Count = (variables: Variables) => number;

/** A part of a document. */
interface Part {
  readonly count: Count;
  /** Whether no variable changes it. */
  readonly isFixed: boolean;
  /** Its selections once fragments are unfolded. */
  readonly size: number;
}

/** A part of a selection set: it counts for objects of these types. */
interface Selected extends Part {
  readonly types: readonly string[];
}

const NOTHING: Part = { count: () => 0, isFixed: true, size: 0 };
/** The gate refuses documents of half as many; one that was not screened may unfold without end. */
const MOST_SELECTIONS = 2 * LIMITS.fields;
const META: Readonly<Record<string, GraphQLField<unknown, unknown>>> = Object.assign(Object.create(null), {
  [SchemaMetaFieldDef.name]: SchemaMetaFieldDef,
  [TypeMetaFieldDef.name]: TypeMetaFieldDef,
  [TypeNameMetaFieldDef.name]: TypeNameMetaFieldDef,
});

/**
 * What the valid operations of a document cost, as functions of their variables: the document is walked once, not for each new set of
 * variables, nor each fragment for each operation, so that what is kept grows with the text alone.
 * A field with invalid arguments counts nothing, because it will not run; the others do, and count. Of the possible types of an object
 * the most expensive one counts.
 */
export class DocumentCost {
  readonly #schema: GraphQLSchema;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #compiled = new Map<string, Part>();
  readonly #counts = new Map<OperationDefinitionNode, Count>();

  constructor(schema: GraphQLSchema, { definitions }: DocumentNode) {
    this.#schema = schema;
    for (const one of definitions)
      if (one.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(one.name.value, one);
  }

  /** The points of that operation; its calls throw InvalidArgumentError for a list that is too long. Infinity: too many fields to count. */
  of(operation: OperationDefinitionNode): Count {
    const known = this.#counts.get(operation);
    if (known) return known;
    const root = this.#schema.getRootType(operation.operation);
    const whole = root ? this.#ofSelections(operation.selectionSet, root) : NOTHING;
    const count: Count =
      whole.size >= MOST_SELECTIONS
        ? () => Number.POSITIVE_INFINITY
        : (variables) => Math.max(1, Math.ceil(whole.count(variables)));
    this.#counts.set(operation, count);
    return count;
  }

  #ofSelections({ selections }: SelectionSetNode, type: GraphQLNamedType): Part {
    const parts = selections.flatMap((node): Selected[] => {
      const found = this.#ofSelection(type, node);
      return found ? [folded(conditional(found, node))] : [];
    });
    const size = selections.length + parts.reduce((sum, part) => sum + part.size, 0);
    return folded({ count: together(parts), isFixed: parts.every((part) => part.isFixed), size });
  }

  #ofSelection(type: GraphQLNamedType, node: SelectionNode): Selected | null {
    if (node.kind === Kind.FIELD) {
      const part = this.#ofField(type, node);
      return part && { ...part, types: this.#possible(type) };
    }
    if (node.kind === Kind.FRAGMENT_SPREAD) return this.#ofFragment(node.name.value);
    const narrowed = node.typeCondition ? this.#schema.getType(node.typeCondition.name.value) : type;
    if (!isCompositeType(narrowed)) return null;
    return { ...this.#ofSelections(node.selectionSet, narrowed), types: this.#possible(narrowed) };
  }

  #ofFragment(name: string): Selected | null {
    const fragment = this.#fragments.get(name);
    const type = fragment && this.#schema.getType(fragment.typeCondition.name.value);
    if (!fragment || !isCompositeType(type)) return null;
    if (!this.#compiled.has(name)) {
      // Inside itself a fragment counts as nothing here: validation refuses it.
      this.#compiled.set(name, NOTHING);
      this.#compiled.set(name, this.#ofSelections(fragment.selectionSet, type));
    }
    return { ...(this.#compiled.get(name) as Part), types: this.#possible(type) };
  }

  #ofField(type: GraphQLNamedType, { name, selectionSet, arguments: given }: FieldNode): Part | null {
    const fields = isObjectType(type) || isInterfaceType(type) ? type.getFields() : {};
    const field = META[name.value] ?? fields[name.value];
    if (!field) return null;
    const inner = getNamedType(field.type);
    const inside = isCompositeType(inner) && selectionSet ? this.#ofSelections(selectionSet, inner) : NOTHING;
    const args = argumentsOf(field.args, given);
    const points = fieldCost(type.name, field)?.points;
    const withItems = field.args.filter(mayHoldLists);
    const count: Count = (variables) => {
      const values = args.of(variables);
      if (values === FAILED) return 0;
      const within = inside.count(variables);
      const own = listed(countItems(withItems, values)) + (points ? points(values, within) : within);
      return Number.isNaN(own) ? 0 : own;
    };
    return { count, isFixed: inside.isFixed && args.isFixed, size: inside.size };
  }

  #possible(type: GraphQLNamedType): readonly string[] {
    return isAbstractType(type) ? this.#schema.getPossibleTypes(type).map(({ name }) => name) : [type.name];
  }
}

/** The sum of the parts, or the highest of the sums by type. */
function together(parts: readonly Selected[]): Count {
  const [type] = parts[0]?.types ?? [];
  if (parts.every(({ types }) => types.length === 1 && types[0] === type)) {
    const counts = parts.map(({ count }) => count);
    return (variables) => {
      let sum = 0;
      for (const count of counts) sum += count(variables);
      return sum;
    };
  }
  return (variables) => {
    const sums = new Map<string, number>();
    for (const { count, types } of parts) {
      const points = count(variables);
      for (const one of types) sums.set(one, (sums.get(one) ?? 0) + points);
    }
    return Math.max(0, ...sums.values());
  };
}

/** The part as its directives let it run. */
function conditional<P extends Part>(part: P, { directives }: SelectionNode): P {
  if (!directives || directives.length === 0) return part;
  const says = (definition: GraphQLDirective, variables: Variables) =>
    getDirectiveValues(definition, { directives }, variables)?.['if'];
  const count: Count = (variables) =>
    says(GraphQLIncludeDirective, variables) === false || says(GraphQLSkipDirective, variables) === true
      ? 0
      : part.count(variables);
  return { ...part, count, isFixed: part.isFixed && directives.every(isFixedDirective) };
}

const isFixedDirective = ({ arguments: given = [] }: DirectiveNode): boolean =>
  given.every(({ value }) => isFixed(value));

/** The part as a number where no variable changes it; one whose lists are too long says so each time. */
function folded<P extends Part>(part: P): P {
  if (!part.isFixed || part.size >= MOST_SELECTIONS) return part;
  try {
    const points = part.count({});
    return { ...part, count: () => points };
  } catch {
    return part;
  }
}

function mayHoldLists({ type }: GraphQLArgument): boolean {
  const nullable = getNullableType(type);
  return isListType(nullable) || isInputObjectType(nullable);
}
