import { cut, TEXT_RULES } from '../../domain/text/text.ts';
import { CHANGE_KINDS } from '../../store/tables/outcomes.ts';
import { type Outcome, rejected } from '../pipeline/outcome.ts';

/** An item in our own form, and the names that its sender knows its fields by. */
export interface OwnForm {
  readonly item: unknown;
  readonly names: Readonly<Record<string, string>>;
}

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/**
 * An item as our own form, whichever of the three forms it has: ours, a CloudEvent, or a deployment of GitHub. Null for a state of a
 * deployment that changes nothing outside.
 */
export function inOwnForm(item: unknown): OwnForm | Outcome | null {
  if (!isObject(item)) return { item, names: {} };
  if (Object.hasOwn(item, 'specversion')) return ofCloudEvent(item);
  if (isObject(item['deployment']) && isObject(item['repository'])) return ofDeployment(item);
  return { item, names: {} };
}

const VERSION = '1.0';
/** Words of an event's type that say its kind, where its data does not. */
const WORDS: Readonly<Record<(typeof CHANGE_KINDS)[number], readonly string[]>> = {
  DEPLOY: ['deploy', 'deployed', 'deployment', 'release', 'released', 'rollback', 'rolledback'],
  FLAG: ['flag', 'feature', 'featureflag', 'feature-flag', 'feature_flag', 'toggle'],
  CAMPAIGN: ['campaign'],
  PRICE: ['price', 'pricing'],
  INCIDENT: ['incident', 'outage'],
};
const CLOUD_NAMES = {
  externalId: 'id',
  at: 'time',
  title: 'data.title',
  kind: 'data.kind',
  until: 'data.until',
  link: 'data.link',
  segment: 'data.segment',
  updatedAt: 'data.updatedAt',
  revision: 'data.revision',
};

/** CloudEvents 1.0: the attributes of the envelope, and our own fields as its data, which take precedence. */
function ofCloudEvent(event: Fields): OwnForm | Outcome {
  if (event['specversion'] !== VERSION)
    return rejected('INVALID', `specversion: only CloudEvents ${VERSION} are read`);
  if (Object.hasOwn(event, 'data_base64'))
    return rejected('INVALID', 'data_base64: send the data as a JSON object in "data"');
  const data = event['data'] ?? {};
  if (!isObject(data))
    return rejected('INVALID', 'data: is not an object with the fields of a change, such as title and kind');
  const type = textOf(event['type']) ?? '';
  const words = new Set(type.toLowerCase().slice(0, LONGEST_TYPE).split(/[./:]/));
  const named = CHANGE_KINDS.find((kind) => WORDS[kind].some((word) => words.has(word)));
  if (data['kind'] === undefined && named === undefined)
    return rejected(
      'INVALID',
      'type: names no kind of change; give data.kind: deploy, flag, campaign, price or incident',
    );
  const { id, source, time, subject } = event;
  const envelope = { externalId: id, source, at: time, title: textOf(data['title']) ?? subject, kind: named };
  return { item: withoutAbsent({ ...envelope, ...data }), names: CLOUD_NAMES };
}

const LONGEST_TYPE = 256;
const withoutAbsent = (fields: Fields) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

const LONGEST_TITLE = TEXT_RULES.title.longest;
/** The name of the source of deployments. */
const GITHUB = 'github';
/** States in which a deployment has changed, or failed to change, what users meet. */
const TITLES: Readonly<Record<string, string>> = {
  success: 'Deploy',
  failure: 'Failed deploy',
  error: 'Failed deploy',
};
const DEPLOYMENT_NAMES = {
  externalId: 'deployment.id',
  at: 'created_at',
  title: 'deployment.ref',
  link: 'target_url',
  updatedAt: 'updated_at',
};

/**
 * The payload of GitHub's events deployment and deployment_status: one change for each deployment, which its later states correct. People
 * who deployed are not read.
 */
function ofDeployment({
  deployment,
  repository,
  deployment_status: status,
}: Fields): OwnForm | Outcome | null {
  const { id, ref, environment, created_at: createdAt, updated_at: updatedAt } = deployment as Fields;
  const { full_name: repo, html_url: home } = repository as Fields;
  if (typeof id !== 'number' || textOf(repo) === undefined)
    return rejected('MISSING', 'deployment.id, repository.full_name: are needed to know the deployment');
  const state = isObject(status) ? textOf(status['state']) : 'success';
  const title = state === undefined ? undefined : TITLES[state];
  if (title === undefined) return null;
  const of = isObject(status) ? status : { created_at: createdAt, updated_at: updatedAt };
  const link = [of['environment_url'], of['target_url'], of['log_url'], home]
    .map(textOf)
    .find((one) => one !== undefined && one !== '');
  const item = withoutAbsent({
    externalId: `${repo}/${id}`,
    source: GITHUB,
    kind: 'deploy',
    title: cut(
      `${title} of ${repo} ${textOf(ref) ?? ''} to ${textOf(environment) ?? 'production'}`,
      LONGEST_TITLE,
    ),
    at: of['created_at'],
    updatedAt: of['updated_at'] ?? of['created_at'],
    link,
  });
  return { item, names: DEPLOYMENT_NAMES };
}
