import type { GraphQLSchema } from 'graphql';
import { FIELD_GROUPS, type FieldGroup } from '../../domain/access/scope.ts';
import type { ApiContext } from '../context.ts';
import { ForbiddenError } from '../errors.ts';
import { noteWithheld, pathOf } from '../masking.ts';
import type { AccessClass } from './builder.ts';

/** One field of the schema with its access tag. */
export interface TaggedField {
  readonly type: string;
  readonly field: string;
  readonly shows: AccessClass;
}

/** Every field of the schema's types with its access tag, its own or its type's. */
export function taggedFields(schema: GraphQLSchema): TaggedField[] {
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (!('getInterfaces' in type) || type.name.startsWith('__')) return [];
    return Object.values(type.getFields()).map(({ name, extensions }) => ({
      type: type.name,
      field: name,
      shows: (extensions['access'] ?? type.extensions['access']) as AccessClass,
    }));
  });
}

/** The fields ("Type.field") of each field group. */
export function fieldsOfGroups(schema: GraphQLSchema): ReadonlyMap<FieldGroup, readonly string[]> {
  const fields = taggedFields(schema);
  return new Map(
    FIELD_GROUPS.map((group) => [
      group,
      fields.filter(({ shows }) => shows === group).map(({ type, field }) => `${type}.${field}`),
    ]),
  );
}

/**
 * Makes each query of the schema report that it is masked for callers who have its field group for no cell:
 * otherwise an empty answer looks like a forbidden one. It follows from the policies, not from the data.
 */
export function noteWithheldQueries(schema: GraphQLSchema): GraphQLSchema {
  for (const field of Object.values(schema.getQueryType()?.getFields() ?? {})) {
    const shows = field.extensions['access'] as AccessClass;
    const { resolve } = field;
    if (shows === 'public' || !resolve) continue;
    field.resolve = (root, args, context: ApiContext, info) => {
      const answer: unknown = resolve(root, args, context, info);
      if (context.caller.scope.grant(shows) !== 'none') return answer;
      const note = () => noteWithheld(context, shows, pathOf(info.path));
      return Promise.resolve(answer).then(
        (resolved) => {
          note();
          return resolved;
        },
        (error: unknown) => {
          // Errors report refusals; missing data is not reported.
          if (!(error instanceof ForbiddenError)) note();
          throw error;
        },
      );
    };
  }
  return schema;
}
