import type { FieldGroup } from '../../domain/access/scope.ts';
import { quoted } from '../../domain/text/text.ts';
import { parseAttributes } from '../access/attributes.ts';
import { reportOf } from '../access/report.ts';
import type { ApiContext } from '../context.ts';
import { InvalidArgumentError } from '../errors.ts';
import { fixed } from '../gate/costs.ts';
import { assertAdministers } from './access.ts';
import { access } from './builder.ts';
import type { SchemaParts } from './types.ts';

/** What a caller sees of one field group: the texts name segments, or cells one by one. */
interface Permission {
  readonly group: FieldGroup;
  readonly reach: 'ALL' | 'SOME' | 'NONE';
  readonly segments: readonly string[];
  readonly more: number;
}

interface Role {
  readonly name: string;
  readonly permissions: readonly Permission[];
}

/** A rule that is not a single segment names so many cells. */
const MOST_SEGMENTS = 20;

/** Adds Permission, Role, and the queries roles and permissions: the policies in force, readable. */
export function addPermissions({ builder, dimensions }: SchemaParts): void {
  const permission = builder.objectRef<Permission>('Permission').implement({
    ...access('administer'),
    description: 'What a role or a key sees of one field group.',
    fields: (t) => ({
      group: t.exposeString('group', { nullable: false, description: 'readScore, readResponse, …' }),
      reach: t.field({
        type: builder.enumType('Reach', { values: ['ALL', 'SOME', 'NONE'] as const }),
        nullable: false,
        resolve: ({ reach }) => reach,
      }),
      segments: t.stringList({
        nullable: false,
        description:
          'With SOME: which of the existing cells, as "region: Germany"; one text for each cell if they do not form a segment.',
        resolve: ({ segments }) => [...segments],
      }),
      more: t.exposeInt('more', { nullable: false, description: 'How many texts are left out.' }),
    }),
  });
  const role = builder.objectRef<Role>('Role').implement({
    ...access('administer'),
    description: 'A role of the policies in force.',
    fields: (t) => ({
      name: t.exposeString('name', { nullable: false }),
      permissions: t.field({
        type: [permission],
        nullable: false,
        description:
          'For a key of the role without attributes; also SOME if only a narrowed key sees anything.',
        resolve: ({ permissions }) => permissions,
      }),
    }),
  });
  builder.queryFields((t) => ({
    roles: t.field({
      ...access('administer', fixed(100)),
      type: [role],
      nullable: false,
      description:
        'The roles of the policies in force, and what each may do. Needs the permission to administer.',
      resolve: (_root, _args, context) => {
        assertAdministers(context, 'list roles');
        const { access: callers } = context.deps;
        return callers
          .policies()
          .roles.map((name) => ({ name, permissions: rolePermissions(context, name) }));
      },
    }),
    permissions: t.field({
      ...access('administer', fixed(50)),
      type: [permission],
      nullable: false,
      description:
        'What a key with this role and these attributes sees, by the policies in force. Needs the permission to administer.',
      args: { role: t.arg.string({ required: true }), attributes: t.arg({ type: 'JSON' }) },
      resolve: (_root, { role: name, attributes }, context) => {
        assertAdministers(context, 'read what others may see');
        const narrowing = parseAttributes(
          attributes,
          dimensions,
          (message) => new InvalidArgumentError(message),
        );
        return permissionsOf(context, name, narrowing);
      },
    }),
  }));
}

/** A role may see nothing until attributes narrow it: then it is the attributes that say what. */
function rolePermissions(context: ApiContext, role: string): Permission[] {
  const { access: callers, dimensions } = context.deps;
  const [first] = dimensions;
  const narrowed = first && callers.scopeOf(role, { [first.attribute]: ['(a value)'] });
  return permissionsOf(context, role, {}).map((one) =>
    one.reach === 'NONE' && narrowed && narrowed.grant(one.group) !== 'none'
      ? { ...one, reach: 'SOME', segments: ['what the attributes of its key name'] }
      : one,
  );
}

/** @throws InvalidArgumentError for an unknown role */
function permissionsOf(
  { deps }: ApiContext,
  role: string,
  attributes: Parameters<ApiContext['deps']['access']['scopeOf']>[1],
): Permission[] {
  const scope = deps.access.scopeOf(role, attributes);
  if (!scope) {
    const { roles } = deps.access.policies();
    throw new InvalidArgumentError(`role: ${quoted(role)} is not a role here; there are ${roles.join(', ')}`);
  }
  return reportOf(scope, [...deps.cells.all()], deps.dimensions).map(({ group, segments }) => {
    // What policies decide cell by cell may allow a cell to come, though none of today.
    const isNone = scope.grant(group) === 'none';
    const reach = scope.allowsAll(group) ? 'ALL' : isNone ? 'NONE' : 'SOME';
    const texts = reach === 'SOME' ? segments : [];
    return {
      group,
      reach,
      segments: texts.slice(0, MOST_SEGMENTS),
      more: Math.max(0, texts.length - MOST_SEGMENTS),
    };
  });
}
