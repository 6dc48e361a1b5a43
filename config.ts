import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Duration } from 'luxon';
import { z } from 'zod';
import {
  type GateSettings,
  gateSettings,
  readTrustedDocuments,
  type TrustedDocuments,
} from './api/gate/settings.ts';
import { type Dimension, defineDimensions } from './domain/dimensions.ts';
import type { ReviewRules } from './domain/review-rules.ts';
import { parseWindow } from './domain/time-windows.ts';
import defaultDeployment from './scoreline.config.ts';

export const ROLES = ['api', 'ingest', 'follow'] as const;
export type Role = (typeof ROLES)[number];

const KEY_PROVIDERS = ['file', 'vault-transit', 'aws-kms'] as const;

/** HashiCorp Vault's transit engine. */
export interface VaultTransitConfig {
  /** "https://vault.example.org:8200" */
  readonly address: string;
  readonly token: string;
  /** Where the engine is mounted. */
  readonly mount: string;
  /** The name of a key of type aes256-gcm96. */
  readonly key: string;
  readonly namespace: string | undefined;
}

export interface AwsKmsConfig {
  readonly region: string;
  /** undefined: that of the region. */
  readonly endpoint: string | undefined;
  /** Id, ARN or alias of a symmetric key. */
  readonly keyId: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string | undefined;
  };
}

/** Where the keys are that wrap the subjects' data keys; what is configured beside the chosen one can still unwrap. */
export interface KeyConfig {
  readonly provider: (typeof KEY_PROVIDERS)[number];
  /** As hex, oldest first; undefined: made and kept in the data folder. */
  readonly kek: readonly string[] | undefined;
  readonly vault: VaultTransitConfig | undefined;
  readonly kms: AwsKmsConfig | undefined;
}

/** Everything that the environment and scoreline.config.ts decide, checked. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  /** undefined: the embedded record in the data folder. */
  readonly databaseUrl: string | undefined;
  /** undefined: lineage is answered by the record. */
  readonly neo4j: { readonly url: string; readonly user: string; readonly password: string } | undefined;
  /** undefined: made and kept in the data folder. */
  readonly adminKey: string | undefined;
  /** Secrets of the pseudonyms, as hex, oldest first; undefined: made and kept in the data folder. */
  readonly pepper: readonly string[] | undefined;
  readonly keys: KeyConfig;
  readonly roles: ReadonlySet<Role>;
  /** Of the text encoder: a local folder or a hub id; undefined: the one that ships. */
  readonly encoder: string | undefined;
  readonly logLevel: string;
  readonly dimensions: readonly Dimension[];
  readonly cellLimit: number;
  /** Folder of the access policies. */
  readonly policies: string;
  /** Scores over fewer responses are suppressed for callers who may not read the responses. */
  readonly smallestCount: number;
  readonly reviewRules: ReviewRules;
  /** undefined: only API keys let in. */
  readonly jwt: JwtConfig | undefined;
  /** How often calling a theme must be right, by theme. */
  readonly themePrecision: Readonly<Record<string, number>>;
  /** For how long what is kept, as ISO 8601 durations; what is not named is kept for ever. */
  readonly retention: Readonly<Partial<Record<'comments' | 'responses' | 'sourceEvents', string>>>;
  /** How long after its end an hour is sealed, milliseconds. */
  readonly sealAfter: number;
  /** Whether reads of numbers are in the audit log too; reads of comments and respondents always are. */
  readonly auditAggregates: boolean;
  /** What an operation and a key may cost, and which roles may ask for the schema or send trusted documents only. */
  readonly limits: GateSettings;
  /** By hash; empty: none. */
  readonly trustedDocuments: TrustedDocuments;
  /** Where signed heads are POSTed, besides the file in the data folder. */
  readonly sealSink: string | undefined;
}

/** Tokens that let in (JWT): who signs them, and which claims say what a caller is. */
export interface JwtConfig {
  /** URL or file of the JSON Web Key Set. */
  readonly jwks: string;
  readonly issuer: string;
  readonly audience: string;
  /** Seconds by which clocks may differ. */
  readonly clockTolerance: number;
  /** Path of the claim with the role. */
  readonly role: string;
  /** Path of the claim for each dimension that narrows; one that ends in "?" may be absent from a token. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** The configuration cannot be used; `message` has one line per mistake. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const url = (protocols: string[], example: string) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    error: `is not a URL such as ${example}`,
  });

const hexList = (form: RegExp, error: string) =>
  z
    .string()
    .transform((text) => text.split(',').map((one) => one.trim()))
    .pipe(z.array(z.string().regex(form, error)).min(1));

const environment = z
  .object({
    HOST: z.string().min(1).default('127.0.0.1'),
    PORT: z.coerce.number('must be a port number, 0 to 65535').int().min(0).max(65_535).default(4000),
    SCORELINE_DATA_DIR: z.string().min(1).default('./data'),
    DATABASE_URL: url(
      ['postgres:', 'postgresql:'],
      'postgres://user:password@host:5432/scoreline',
    ).optional(),
    NEO4J_URL: url(
      ['bolt:', 'neo4j:', 'bolt+s:', 'neo4j+s:', 'bolt+ssc:', 'neo4j+ssc:'],
      'bolt://host:7687',
    ).optional(),
    NEO4J_USER: z.string().default('neo4j'),
    NEO4J_PASSWORD: z.string().default(''),
    SCORELINE_ADMIN_KEY: z.string().min(16, 'must have at least 16 characters').optional(),
    SCORELINE_PEPPER: hexList(
      /^([0-9a-fA-F]{2}){32,}$/,
      'must be at least 64 hex digits (openssl rand -hex 32), or several, oldest first, separated by commas',
    ).optional(),
    SCORELINE_KEK: hexList(
      /^[0-9a-fA-F]{64}$/,
      'must be 64 hex digits (openssl rand -hex 32), or several, oldest first, separated by commas',
    ).optional(),
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
    SCORELINE_ENCODER: z.string().min(1).optional(),
    SCORELINE_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
    SCORELINE_SEAL_SINK: url(['http:', 'https:'], 'https://witness.example.org/heads').optional(),
    SCORELINE_TRUSTED_DOCUMENTS: z.string().min(1).optional(),
    SCORELINE_CONFIG: z.string().min(1).optional(),
    SCORELINE_POLICIES: z
      .string()
      .min(1)
      .default(fileURLToPath(new URL('policies', import.meta.url))),
    SCORELINE_JWT_JWKS: z.string().min(1).optional(),
    SCORELINE_JWT_ISSUER: z.string().min(1).optional(),
    SCORELINE_JWT_AUDIENCE: z.string().min(1).optional(),
    SCORELINE_JWT_CLOCK_TOLERANCE: z.coerce
      .number('must be seconds, 0 to 300')
      .int()
      .min(0)
      .max(300)
      .default(30),
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
  .refine((env) => env.SCORELINE_KEY_PROVIDER !== 'aws-kms' || kmsOf(env) !== undefined, {
    path: ['SCORELINE_KEY_PROVIDER'],
    error: 'aws-kms needs SCORELINE_KMS_KEY_ID, AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  });

function vaultOf(env: Readonly<Record<string, unknown>>): KeyConfig['vault'] {
  const { VAULT_ADDR: address, VAULT_TOKEN: token } = env as Record<string, string | undefined>;
  if (!address || !token) return undefined;
  const { SCORELINE_VAULT_MOUNT, SCORELINE_VAULT_KEY, VAULT_NAMESPACE } = env as Record<string, string>;
  const [mount, key] = [SCORELINE_VAULT_MOUNT ?? 'transit', SCORELINE_VAULT_KEY ?? 'scoreline'];
  return { address, token, mount, key, namespace: VAULT_NAMESPACE };
}

function kmsOf(env: Readonly<Record<string, unknown>>): KeyConfig['kms'] {
  const given = env as Record<string, string | undefined>;
  const { SCORELINE_KMS_KEY_ID: keyId, AWS_REGION: region } = given;
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = given;
  if (!keyId || !region || !accessKeyId || !secretAccessKey) return undefined;
  const credentials = { accessKeyId, secretAccessKey, sessionToken: given['AWS_SESSION_TOKEN'] };
  return { keyId, region, endpoint: given['AWS_ENDPOINT_URL_KMS'], credentials };
}

/** Minutes or hours as milliseconds: answers come late by hours, not by months. */
function sealDelay(text: string, context: z.RefinementCtx): number {
  try {
    const { unit, count } = parseWindow(text);
    if (unit === 'minutes') return count * 60_000;
    if (unit === 'hours') return count * 3_600_000;
  } catch {
    // Told below.
  }
  context.addIssue({ code: 'custom', message: 'must be a duration in minutes or hours, such as "PT1H"' });
  return z.NEVER;
}

const age = z
  .string()
  .refine(
    (text) => Duration.fromISO(text).as('days') >= 1,
    'is not a duration of a day or more, such as P2Y',
  );

const deployment = z.strictObject({
  dimensions: z.array(z.strictObject({ field: z.string(), description: z.string().optional() })),
  smallestCount: z.number().int().min(1).max(1_000).default(5),
  review: z
    .strictObject({
      sample: z.number().min(0).max(1).default(0),
      lowConfidence: z.number().min(0).max(1).default(0),
      contradictions: z.boolean().default(false),
      approvals: z.number().int().min(1).max(5).default(1),
    })
    .prefault({}),
  jwt: z
    .strictObject({
      role: z.string().min(1),
      attributes: z.record(z.string(), z.string().min(1)).default({}),
    })
    .optional(),
  cellLimit: z.number().int().min(1).max(1_000_000).default(10_000),
  limits: gateSettings,
  sealAfter: z.string().default('PT1H').transform(sealDelay),
  audit: z.strictObject({ aggregates: z.boolean().default(false) }).default({ aggregates: false }),
  themePrecision: z
    .record(
      z.string(),
      z.literal([0.5, 0.6, 0.7, 0.8, 0.9, 0.95], 'must be one of 0.5, 0.6, 0.7, 0.8, 0.9, 0.95'),
    )
    .default({}),
  retention: z
    .strictObject({ comments: age.optional(), responses: age.optional(), sourceEvents: age.optional() })
    .prefault({}),
});

/**
 * Reads the environment (an empty value counts as absent) and the deployment's file.
 * @throws ConfigError with one line per mistake.
 */
export async function loadConfig(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Config> {
  const present = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const read = environment.safeParse(present);
  if (!read.success) throw mistakes('', read.error);
  const variables = read.data;
  const file = variables.SCORELINE_CONFIG;
  const found = deployment.safeParse(file === undefined ? defaultDeployment : await loadDeployment(file));
  if (!found.success) throw mistakes(`${file ?? 'scoreline.config.ts'}: `, found.error);
  const dimensions = dimensionsOf(found.data.dimensions);
  return {
    host: variables.HOST,
    port: variables.PORT,
    dataDir: resolve(variables.SCORELINE_DATA_DIR),
    databaseUrl: variables.DATABASE_URL,
    neo4j:
      variables.NEO4J_URL === undefined
        ? undefined
        : { url: variables.NEO4J_URL, user: variables.NEO4J_USER, password: variables.NEO4J_PASSWORD },
    adminKey: variables.SCORELINE_ADMIN_KEY,
    pepper: variables.SCORELINE_PEPPER,
    keys: {
      provider: variables.SCORELINE_KEY_PROVIDER,
      kek: variables.SCORELINE_KEK,
      vault: vaultOf(variables),
      kms: kmsOf(variables),
    },
    roles: new Set(variables.SCORELINE_ROLES),
    encoder: variables.SCORELINE_ENCODER,
    logLevel: variables.SCORELINE_LOG_LEVEL,
    dimensions,
    policies: resolve(variables.SCORELINE_POLICIES),
    smallestCount: found.data.smallestCount,
    reviewRules: found.data.review,
    jwt: jwtOf(variables, found.data.jwt, dimensions),
    cellLimit: found.data.cellLimit,
    themePrecision: found.data.themePrecision,
    // Without the kinds that are not named.
    retention: JSON.parse(JSON.stringify(found.data.retention)) as Config['retention'],
    sealAfter: found.data.sealAfter,
    limits: found.data.limits,
    trustedDocuments: await trustedOf(variables.SCORELINE_TRUSTED_DOCUMENTS, found.data.limits),
    sealSink: variables.SCORELINE_SEAL_SINK,
    auditAggregates: found.data.audit.aggregates,
  };
}

/** @throws ConfigError where tokens are half configured: they would let in whom nobody meant. */
function jwtOf(
  variables: z.infer<typeof environment>,
  claims: z.infer<typeof deployment>['jwt'],
  dimensions: readonly Dimension[],
): JwtConfig | undefined {
  const jwks = variables.SCORELINE_JWT_JWKS;
  if (jwks === undefined) return undefined;
  const { SCORELINE_JWT_ISSUER: issuer, SCORELINE_JWT_AUDIENCE: audience } = variables;
  const mistakes: string[] = [];
  if (issuer === undefined) mistakes.push('SCORELINE_JWT_ISSUER is missing: who signs the tokens');
  if (audience === undefined)
    mistakes.push('SCORELINE_JWT_AUDIENCE is missing: for whom the tokens are made');
  if (claims === undefined)
    mistakes.push(
      "jwt is missing in scoreline.config.ts: which claim holds the role, such as jwt: { role: 'role' }",
    );
  for (const name of Object.keys(claims?.attributes ?? {}))
    if (!dimensions.some(({ field }) => field === name))
      mistakes.push(
        `jwt.attributes.${name} is no dimension; there are ${dimensions.map(({ field }) => field).join(', ')}`,
      );
  if (mistakes.length > 0 || issuer === undefined || audience === undefined || claims === undefined)
    throw new ConfigError(mistakes.join('\n'));
  return { jwks, issuer, audience, clockTolerance: variables.SCORELINE_JWT_CLOCK_TOLERANCE, ...claims };
}

function dimensionsOf(configured: z.infer<typeof deployment>['dimensions']): Dimension[] {
  try {
    return defineDimensions(
      configured.map(({ field, description = `The ${field}.` }) => ({ field, description })),
    );
  } catch (error) {
    throw new ConfigError((error as Error).message);
  }
}

/** @throws ConfigError where the file is wrong, or a role may send nothing but trusted documents and there are none. */
async function trustedOf(file: string | undefined, { trustedOnly }: GateSettings): Promise<TrustedDocuments> {
  if (file === undefined) {
    if (trustedOnly.length === 0) return new Map();
    throw new ConfigError(
      `SCORELINE_TRUSTED_DOCUMENTS is missing: limits.trustedOnly allows ${trustedOnly.join(', ')} nothing else`,
    );
  }
  try {
    return await readTrustedDocuments(resolve(file));
  } catch (error) {
    throw new ConfigError(`SCORELINE_TRUSTED_DOCUMENTS: ${file}: ${(error as Error).message}`);
  }
}

async function loadDeployment(file: string): Promise<unknown> {
  try {
    return ((await import(pathToFileURL(resolve(file)).href)) as { default: unknown }).default;
  } catch (error) {
    throw new ConfigError(`SCORELINE_CONFIG: ${file} cannot be read: ${(error as Error).message}`);
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

function mistakes(prefix: string, error: z.ZodError): ConfigError {
  return new ConfigError(
    error.issues.map(({ path, message }) => `${prefix}${path.join('.')} ${message}`).join('\n'),
  );
}
