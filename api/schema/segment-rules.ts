import { parseDocument } from 'yaml';
import { parseSegmentRules, type SegmentRules } from '../../domain/segments/segment-rules.ts';
import { cut } from '../../domain/text/text.ts';
import {
  addRules,
  newestRules,
  type RuleVersion,
  readRuleVersion,
  readRuleVersions,
} from '../../store/segments/rule-versions.ts';
import { auditHook } from '../audit.ts';
import type { ApiContext } from '../context.ts';
import { ForbiddenError, InvalidArgumentError } from '../errors.ts';
import { fixed } from '../gate/costs.ts';
import { access, asInt } from './builder.ts';
import type { SchemaParts } from './types.ts';

const EMPTY = { config: 'dimensions: {}', rules: {} };

/** Adds the query segmentRules and the mutations applySegmentRules and undoSegmentRules. */
export function addSegmentRules(schema: SchemaParts): void {
  const version = addVersion(schema);
  const { builder, dimensions } = schema;
  builder.queryField('segmentRules', (t) =>
    t.field({
      ...access('administer', fixed(10)),
      type: [version],
      nullable: false,
      description:
        'Every version of the rules that turn attributes into dimensions, the first one first. The last one is in force.',
      resolve: (_root, _args, context) => {
        assertAdministrator(context);
        return readRuleVersions(context.deps.record);
      },
    }),
  );
  builder.mutationFields((t) => ({
    applySegmentRules: t.field({
      ...access('administer'),
      type: version,
      nullable: false,
      description:
        'Puts rules in force as a new version. Arriving answers follow them at once; stored ones are filed again batch by batch ' +
        '(`appliedAt`), and every number agrees with where they are filed at every moment.',
      args: {
        config: t.arg.string({
          required: true,
          description: 'The content of segments.config.yaml: YAML or JSON.',
        }),
        reason: t.arg.string({ required: true }),
      },
      resolve: (_root, { config, reason }, context) => {
        assertAdministrator(context);
        const rules = parseSegmentRules(contentOf(config), dimensions);
        return add(context, 'applySegmentRules', { config, rules, undoes: null, reason });
      },
    }),
    undoSegmentRules: t.field({
      ...access('administer'),
      type: version,
      nullable: false,
      description:
        'Undoes the version in force: a new one, with the rules of the version before it, returns stored answers to their former segments.',
      args: {
        version: t.arg.int({ required: true, description: 'The version in force, which is to be undone.' }),
        reason: t.arg.string({ required: true }),
      },
      resolve: async (_root, { version: undone, reason }, context) => {
        assertAdministrator(context);
        const { record } = context.deps;
        const newest = await newestRules(record);
        if (newest === 0 || undone !== newest)
          throw new InvalidArgumentError(
            newest === 0
              ? 'version: there are no segment rules'
              : `version: ${newest} is in force, and only it can be undone`,
          );
        const { config, rules } = (await readRuleVersion(record, newest - 1)) ?? EMPTY;
        return add(context, 'undoSegmentRules', { config, rules, undoes: newest, reason });
      },
    }),
  }));
}

function addVersion({ builder }: SchemaParts) {
  return builder.objectRef<RuleVersion>('SegmentRuleVersion').implement({
    ...access('administer'),
    description: 'A version of the rules that turn attributes into dimensions.',
    fields: (t) => ({
      version: t.int({ nullable: false, resolve: ({ id }) => asInt(id) }),
      config: t.exposeString('config', { nullable: false, description: 'The text as given.' }),
      undoes: t.int({
        description: 'The version that it undoes.',
        resolve: ({ undoes }) => (undoes === null ? null : asInt(undoes)),
      }),
      setBy: t.exposeString('actorName', { nullable: false }),
      reason: t.exposeString('reason', { nullable: false }),
      setAt: t.expose('recordedAt', { type: 'DateTime', nullable: false }),
      seen: t.int({
        nullable: false,
        description: 'How many stored answers were filed by it so far.',
        resolve: ({ seen }) => asInt(seen),
      }),
      moved: t.int({
        nullable: false,
        description: 'How many of them changed their segment.',
        resolve: ({ moved }) => asInt(moved),
      }),
      held: t.int({
        nullable: false,
        description: 'How many stayed because a legal hold covers their segment.',
        resolve: ({ held }) => asInt(held),
      }),
      undeclared: t.int({
        nullable: false,
        description: 'How many stayed because a dimension does not declare the value that they would have.',
        resolve: ({ undeclared }) => asInt(undeclared),
      }),
      appliedAt: t.expose('appliedAt', {
        type: 'DateTime',
        description: 'When all stored answers were filed by it; null while that goes on.',
      }),
    }),
  });
}

async function add(
  context: ApiContext,
  action: string,
  {
    reason,
    ...version
  }: {
    readonly config: string;
    readonly rules: SegmentRules;
    readonly undoes: number | null;
    readonly reason: string;
  },
): Promise<RuleVersion> {
  const { caller, deps } = context;
  if (reason.trim() === '') throw new InvalidArgumentError('reason: say why; it is kept in the audit log');
  const by = { actor: caller.id, actorName: caller.name, reason: reason.trim() };
  const added = await addRules(deps.record, { ...version, ...by }, auditHook(context, action));
  await deps.segmentRules.read(deps.record);
  return added;
}

/** @throws ForbiddenError: rules are those of all segments together. */
function assertAdministrator({ caller }: ApiContext): void {
  if (!caller.scope.allowsAll('administer'))
    throw new ForbiddenError('this key may not change segment rules');
}

/** @throws InvalidArgumentError for text that is neither YAML nor JSON */
function contentOf(config: string): unknown {
  const document = parseDocument(config);
  const [mistake] = [...document.errors, ...document.warnings];
  if (mistake) throw new InvalidArgumentError(`config: ${cut(mistake.message.split('\n')[0] ?? '', 200)}`);
  try {
    return document.toJS();
  } catch {
    throw new InvalidArgumentError('config: has too many aliases; write the values out');
  }
}
