import { getTableName, is } from 'drizzle-orm';
import { PgTable } from 'drizzle-orm/pg-core';
import * as schema from '../tables/schema.ts';
import type { Session } from './client.ts';
import { PAGES, READER, VIEWS } from './scoped-view-names.ts';
import { statement } from './statement.ts';

/** A privilege that the connection's user needs. */
export interface Privilege {
  readonly what: string;
  readonly granted: boolean;
  /** What an administrator runs, in the same database, to grant it. */
  readonly statement: string;
}

interface Facts {
  /** Quoted where SQL needs it. */
  readonly user: string;
  readonly database: string;
  readonly mayCreateSchemas: boolean;
  readonly mayUsePublic: boolean;
  readonly mayCreateInPublic: boolean;
  readonly readerExists: boolean;
  readonly mayMakeRoles: boolean;
  readonly mayBeReader: boolean;
  readonly readerMayUsePublic: boolean;
  /** Owners of Scoreline's tables and schemas whose rights the user does not have, quoted. */
  readonly strangers: readonly string[];
}

const READER_OID = `(SELECT oid FROM pg_roles WHERE rolname = '${READER}')`;
/** From version 16 on a member may lack the right to take on the role. */
export const MAY_BE_READER = `coalesce(pg_has_role(${READER_OID}, CASE
  WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END), false)`;

const FACTS = statement(
  'privileges',
  `SELECT quote_ident(current_user) AS user, quote_ident(current_database()) AS database,
    has_database_privilege(current_database(), 'CREATE') AS "mayCreateSchemas",
    coalesce(has_schema_privilege(to_regnamespace('public'), 'USAGE'), false) AS "mayUsePublic",
    coalesce(has_schema_privilege(to_regnamespace('public'), 'CREATE'), false) AS "mayCreateInPublic",
    ${READER_OID} IS NOT NULL AS "readerExists",
    (SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user) AS "mayMakeRoles",
    ${MAY_BE_READER} AS "mayBeReader",
    coalesce((SELECT pg_has_role(nspowner, 'USAGE') OR EXISTS (
        SELECT FROM aclexplode(coalesce(nspacl, acldefault('n', nspowner)))
          WHERE privilege_type = 'USAGE' AND grantee IN (0, ${READER_OID}))
      FROM pg_namespace WHERE nspname = 'public'), false) AS "readerMayUsePublic",
    ARRAY(SELECT quote_ident(pg_get_userbyid(owner)) FROM (
        SELECT relowner AS owner FROM pg_class
          WHERE relnamespace = to_regnamespace('public') AND relkind IN ('r', 'p') AND relname = ANY ($1::text[])
        UNION SELECT nspowner FROM pg_namespace WHERE nspname IN ('drizzle', '${VIEWS}', '${PAGES}', 'bi')) o
      WHERE NOT pg_has_role(owner, 'USAGE')) AS strangers`,
);

const TABLES = Object.values(schema).flatMap((one) => (is(one, PgTable) ? [getTableName(one)] : []));

/** Every privilege that Scoreline needs on PostgreSQL, and whether this connection's user has it. */
export async function checkPrivileges(session: Session): Promise<Privilege[]> {
  const [facts] = await session.rows<Facts>(FACTS, [TABLES]);
  if (!facts) throw new Error('PostgreSQL answers without a row');
  const { user, database } = facts;
  const makeReader = facts.readerExists ? '' : `CREATE ROLE ${READER} NOLOGIN; `;
  return [
    {
      what: `create the schemas drizzle, ${VIEWS} and ${PAGES} in the database`,
      granted: facts.mayCreateSchemas,
      statement: `GRANT CREATE ON DATABASE ${database} TO ${user};`,
    },
    {
      what: 'create tables in the schema public',
      granted: facts.mayUsePublic && facts.mayCreateInPublic,
      statement: `GRANT USAGE, CREATE ON SCHEMA public TO ${user};`,
    },
    {
      what: `read as the role ${READER}, which sees only what a caller may see`,
      granted: facts.mayBeReader || (!facts.readerExists && facts.mayMakeRoles),
      statement: `${makeReader}GRANT ${READER} TO ${user};`,
    },
    {
      what: `find the tables that are open to ${READER} in the schema public`,
      granted: facts.readerMayUsePublic,
      statement: `${makeReader}GRANT USAGE ON SCHEMA public TO ${READER};`,
    },
    {
      what: 'change the tables and schemas that are there already',
      granted: facts.strangers.length === 0,
      statement: facts.strangers.map((owner) => `GRANT ${owner} TO ${user};`).join(' ') || '',
    },
  ];
}

interface Server {
  readonly version: number;
  readonly release: string;
  readonly encoding: string;
  readonly database: string;
  readonly user: string;
}

const SERVER = statement(
  'server_facts',
  `SELECT current_setting('server_version_num')::integer AS version, current_setting('server_version') AS release,
    current_setting('server_encoding') AS encoding, quote_ident(current_database()) AS database, quote_ident(current_user) AS user`,
);
const OLDEST = 150_000;

/** Problems of the server itself, each with what to do; empty if there are none. */
export async function checkServer(session: Session): Promise<string[]> {
  const [server] = await session.rows<Server>(SERVER, []);
  if (!server) return ['PostgreSQL answers without a row'];
  const problems: string[] = [];
  if (server.version < OLDEST)
    problems.push(`PostgreSQL is version ${server.release}, needed is 15 or newer: upgrade the server`);
  if (server.encoding !== 'UTF8')
    problems.push(
      `the database ${server.database} has the encoding ${server.encoding}, needed is UTF8: ` +
        `CREATE DATABASE scoreline OWNER ${server.user} ENCODING 'UTF8' TEMPLATE template0;`,
    );
  return problems;
}
