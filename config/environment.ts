import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { isTopicName, type KafkaCluster, parseKafkaCluster } from '../domain/kafka/kafka-target.ts';
import { cut } from '../domain/text/text.ts';
import { problemOfNetwork } from './allowed-places.ts';
import { isLoopback } from './loopback.ts';

export const ROLES = ['api', 'ingest', 'follow'] as const;
export type Role = (typeof ROLES)[number];

const KEY_PROVIDERS = ['file', 'vault-transit', 'aws-kms'] as const;

/** HashiCorp Vault's transit engine. */
export interface VaultTransitConfig {
  /** "https://vault.example.org:8200" */
  readonly address: string;
  readonly token: string;
  /** The engine's mount path. */
  readonly mount: string;
  /** The name of a key of type aes256-gcm96. */
  readonly key: string;
  readonly namespace: string | undefined;
}

export interface AwsKmsConfig {
  readonly region: string;
  /** undefined: the region's. */
  readonly endpoint: string | undefined;
  /** Id, ARN or alias of a symmetric key. */
  readonly keyId: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string | undefined;
  };
}

/**
 * Where the keys are that wrap the subjects' data keys; providers configured besides the chosen one can still
 * unwrap.
 */
export interface KeyConfig {
  readonly provider: (typeof KEY_PROVIDERS)[number];
  /** As hex, oldest first; undefined: generated and stored in the data folder. */
  readonly kek: readonly string[] | undefined;
  readonly vault: VaultTransitConfig | undefined;
  readonly kms: AwsKmsConfig | undefined;
}

const url = (protocols: string[], example: string) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    error: `is not a URL such as ${example}`,
  });

/** A whole number in digits: `Number` also takes a blank for 0, and other notations. */
const whole = (least: number, most: number, what: string) =>
  z
    .string()
    .transform((text) => (/^\d{1,7}$/.test(text.trim()) ? Number(text) : Number.NaN))
    .refine((value) => value >= least && value <= most, `must be ${what}, ${least} to ${most}`);
const STUCK_AFTER = 'must be seconds, 10 to 86400, or 0 for no limit';

const hexList = (form: RegExp, error: string) =>
  z
    .string()
    .transform((text) => text.split(',').map((one) => one.trim()))
    .pipe(z.array(z.string().regex(form, error)).min(1));

const origins = z
  .string()
  .transform((text) => text.split(',').map((one) => one.trim()))
  .pipe(
    z.array(
      z.string().refine((text) => URL.canParse(text) && new URL(text).origin === text, {
        error: ({ input }) =>
          `has ${quoted(input)}, which is not an origin; write each as https://app.example.org`,
      }),
    ),
  );

const networks = z
  .string()
  .transform((text) => text.split(',').map((one) => one.trim()))
  .pipe(
    z.array(
      z.string().refine((text) => problemOfNetwork(text) === null, {
        error: ({ input }) => `has ${quoted(input)}, which ${problemOfNetwork(String(input))}`,
      }),
    ),
  );

function quoted(input: unknown): string {
  return JSON.stringify(cut(String(input)));
}

/** Variables that may be given in a file by NAME_FILE, as container platforms mount secrets. */
export const SECRETS = [
  'SCORELINE_ADMIN_KEY',
  'SCORELINE_KEY',
  'SCORELINE_PEPPER',
  'SCORELINE_KEK',
  'SCORELINE_SIGNING_KEY',
  'DATABASE_URL',
  'NEO4J_PASSWORD',
  'VAULT_TOKEN',
  'SCORELINE_OIDC_CLIENT_SECRET',
  'SCORELINE_LLM_KEY',
  'SCORELINE_KAFKA_URL',
] as const;

/** The variables that are read. */
export const environment = z
  .object({
    HOST: z.string().min(1).default('127.0.0.1'),
    PORT: whole(0, 65_535, 'a port number').default(4000),
    SCORELINE_DATA_DIR: z
      .string()
      .min(1)
      .default(fileURLToPath(new URL('../data', import.meta.url))),
    DATABASE_URL: url(
      ['postgres:', 'postgresql:'],
      'postgres://user:password@host:5432/scoreline',
    ).optional(),
    SCORELINE_DATABASE_PATIENCE: whole(0, 3_600, 'seconds').default(60),
    NEO4J_URL: url(
      ['bolt:', 'neo4j:', 'bolt+s:', 'neo4j+s:', 'bolt+ssc:', 'neo4j+ssc:'],
      'bolt://host:7687',
    ).optional(),
    NEO4J_USER: z.string().default('neo4j'),
    NEO4J_PASSWORD: z.string().default(''),
    SCORELINE_ADMIN_KEY: z
      .string()
      .min(16, 'must have at least 16 characters')
      // Headers take no others, and a space ends a key there.
      .regex(/^[\x21-\x7e]*$/, 'must consist of letters, digits and signs of ASCII, without spaces')
      .regex(/^(?!ss_)/, 'must not begin with ss_, as the tokens of sessions do')
      .optional(),
    SCORELINE_KEY: z.string().regex(/^\S+$/, 'must be one key, without spaces').optional(),
    SCORELINE_PEPPER: hexList(
      /^([0-9a-fA-F]{2}){32,}$/,
      'must be at least 64 hex digits (openssl rand -hex 32), or several, oldest first, separated by commas',
    ).optional(),
    SCORELINE_SIGNING_KEY: z.string().optional(),
    SCORELINE_SECRETS_DIR: z.string().min(1).optional(),
    SCORELINE_KEK: hexList(
      /^([0-9a-fA-F]{64}|-)$/,
      'must be 64 hex digits (openssl rand -hex 32), or several, oldest first, separated by commas, with "-" for one that was destroyed',
    )
      .refine((keys) => keys.at(-1) !== '-', { error: 'must end with the key in use, not with "-"' })
      .optional(),
    SCORELINE_KEY_PROVIDER: z
      .enum(KEY_PROVIDERS, `must be one of ${KEY_PROVIDERS.join(', ')}`)
      .default('file'),
    VAULT_ADDR: url(['http:', 'https:'], 'https://vault.example.org:8200').optional(),
    VAULT_TOKEN: z.string().min(1).optional(),
    VAULT_NAMESPACE: z.string().min(1).optional(),
    SCORELINE_VAULT_MOUNT: z.string().min(1).default('transit'),
    SCORELINE_VAULT_KEY: z.string().min(1).default('scoreline'),
    SCORELINE_KMS_KEY_ID: z.string().min(1).optional(),
    AWS_REGION: z.string().min(1).optional(),
    AWS_ACCESS_KEY_ID: z.string().min(1).optional(),
    AWS_SECRET_ACCESS_KEY: z.string().min(1).optional(),
    AWS_SESSION_TOKEN: z.string().min(1).optional(),
    AWS_ENDPOINT_URL_KMS: url(['http:', 'https:'], 'https://kms.eu-central-1.amazonaws.com').optional(),
    SCORELINE_ROLES: z
      .string()
      .default(ROLES.join(','))
      .transform((text) => text.split(',').map((role) => role.trim()))
      .pipe(z.array(z.enum(ROLES, `must be some of ${ROLES.join(', ')}, separated by commas`)).min(1)),
    SCORELINE_DISK_RESERVE: whole(0, 1_000_000, 'MiB').default(256),
    SCORELINE_STUCK_AFTER: z
      .string()
      .regex(/^(?:0|\d{2,5})$/, STUCK_AFTER)
      .transform(Number)
      .refine((seconds) => seconds === 0 || (seconds >= 10 && seconds <= 86_400), STUCK_AFTER)
      .default(300),
    SCORELINE_WATCH_DIR: z.string().min(1).optional(),
    SCORELINE_ENCODER: z.string().min(1).optional(),
    // Another program's variable: what is wrong with it is for the command that uses it to say.
    PIP_INDEX_URL: z.string().optional(),
    SCORELINE_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
    SCORELINE_COMMIT: z
      .string()
      .regex(/^[0-9a-f]{7,40}$/, 'must be the hash of a commit')
      .optional(),
    SCORELINE_CORS_ORIGINS: origins.optional(),
    SCORELINE_TRUSTED_PROXIES: networks.optional(),
    SCORELINE_SEAL_SINK: url(['http:', 'https:'], 'https://witness.example.org/heads').optional(),
    SCORELINE_LLM_URL: url(['http:', 'https:'], 'https://llm.example.org/v1').optional(),
    SCORELINE_LLM_MODEL: z.string().min(1).max(200).optional(),
    SCORELINE_LLM_KEY: z
      .string()
      .regex(/^[\x21-\x7e]+$/, 'must be one key, without spaces')
      .optional(),
    SCORELINE_KAFKA_URL: z.string().transform(kafkaCluster).optional(),
    SCORELINE_KAFKA_TOPICS: z
      .string()
      .transform((text) => text.split(',').map((one) => one.trim()))
      .pipe(z.array(z.string().refine(isTopicName, 'must be names of topics, separated by commas')))
      .optional(),
    SCORELINE_KAFKA_GROUP: z
      .string()
      .regex(/^[\w.-]{1,200}$/, 'must be 1 to 200 letters, digits, dots, _ or -')
      .default('scoreline'),
    SCORELINE_INGEST_TOPIC: z.string().refine(isTopicName, 'must be the name of a topic').optional(),
    SCORELINE_TRUSTED_DOCUMENTS: z.string().min(1).optional(),
    SCORELINE_CONFIG: z.string().min(1).optional(),
    SCORELINE_POLICIES: z
      .string()
      .min(1)
      .default(fileURLToPath(new URL('../policies', import.meta.url))),
    SCORELINE_PUBLIC_URL: url(['http:', 'https:'], 'https://nps.example.org').optional(),
    SCORELINE_OIDC_ISSUER: url(['http:', 'https:'], 'https://login.example.org/realms/main').optional(),
    SCORELINE_OIDC_CLIENT_ID: z.string().min(1).optional(),
    SCORELINE_OIDC_CLIENT_SECRET: z.string().min(1).optional(),
    SCORELINE_OIDC_SCOPES: z
      .string()
      .default('openid profile')
      .refine((text) => text.split(/ +/).includes('openid'), { error: 'must name the scope openid' }),
    SCORELINE_OIDC_NAME: z.string().min(1).max(60).optional(),
    SCORELINE_OIDC_SESSION_MINUTES: whole(5, 720, 'minutes').optional(),
    SCORELINE_JWT_JWKS: z.string().min(1).optional(),
    SCORELINE_JWT_ISSUER: z.string().min(1).optional(),
    SCORELINE_JWT_AUDIENCE: z.string().min(1).optional(),
    SCORELINE_JWT_CLOCK_TOLERANCE: whole(0, 300, 'seconds').default(30),
  })
  .refine(
    ({ HOST, SCORELINE_ADMIN_KEY }) =>
      isLoopback(HOST) || SCORELINE_ADMIN_KEY === undefined || SCORELINE_ADMIN_KEY.length >= 32,
    {
      path: ['SCORELINE_ADMIN_KEY'],
      error: 'must have at least 32 characters when HOST is reachable from outside',
    },
  )
  .refine((env) => env.SCORELINE_KEY_PROVIDER !== 'vault-transit' || vaultOf(env) !== undefined, {
    path: ['SCORELINE_KEY_PROVIDER'],
    error: 'vault-transit needs VAULT_ADDR and VAULT_TOKEN',
  })
  .refine(
    (env) =>
      (env.SCORELINE_KAFKA_TOPICS ?? env.SCORELINE_INGEST_TOPIC) === undefined ||
      env.SCORELINE_KAFKA_URL !== undefined,
    {
      path: ['SCORELINE_KAFKA_URL'],
      error: 'is missing: the brokers of SCORELINE_KAFKA_TOPICS and SCORELINE_INGEST_TOPIC',
    },
  )
  .refine((env) => !env.SCORELINE_KAFKA_TOPICS?.includes(env.SCORELINE_INGEST_TOPIC ?? ''), {
    path: ['SCORELINE_INGEST_TOPIC'],
    error: 'is also in SCORELINE_KAFKA_TOPICS, and connections cannot read it',
  })
  .refine((env) => env.SCORELINE_LLM_URL === undefined || env.SCORELINE_LLM_MODEL !== undefined, {
    path: ['SCORELINE_LLM_MODEL'],
    error: 'is missing: which model SCORELINE_LLM_URL is asked for',
  })
  .refine((env) => env.SCORELINE_KEY_PROVIDER !== 'aws-kms' || kmsOf(env) !== undefined, {
    path: ['SCORELINE_KEY_PROVIDER'],
    error: 'aws-kms needs SCORELINE_KMS_KEY_ID, AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  });

/** A mistake is explained without the value, which may hold a password. */
function kafkaCluster(text: string, context: z.RefinementCtx): KafkaCluster {
  try {
    return parseKafkaCluster(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: `without a topic: ${(error as Error).message}` });
    return z.NEVER;
  }
}

/** Undefined unless Vault is configured. */
export function vaultOf(env: Readonly<Record<string, unknown>>): KeyConfig['vault'] {
  const { VAULT_ADDR: address, VAULT_TOKEN: token } = env as Record<string, string | undefined>;
  if (!address || !token) return undefined;
  const { SCORELINE_VAULT_MOUNT, SCORELINE_VAULT_KEY, VAULT_NAMESPACE } = env as Record<string, string>;
  const [mount, key] = [SCORELINE_VAULT_MOUNT ?? 'transit', SCORELINE_VAULT_KEY ?? 'scoreline'];
  return { address, token, mount, key, namespace: VAULT_NAMESPACE };
}

/** Undefined unless KMS is configured. */
export function kmsOf(env: Readonly<Record<string, unknown>>): KeyConfig['kms'] {
  const given = env as Record<string, string | undefined>;
  const { SCORELINE_KMS_KEY_ID: keyId, AWS_REGION: region } = given;
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = given;
  if (!keyId || !region || !accessKeyId || !secretAccessKey) return undefined;
  const credentials = { accessKeyId, secretAccessKey, sessionToken: given['AWS_SESSION_TOKEN'] };
  return { keyId, region, endpoint: given['AWS_ENDPOINT_URL_KMS'], credentials };
}
