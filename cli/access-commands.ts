import { defineCommand } from './command.ts';
import { reason, url } from './options.ts';

/* Commands about rights, and about the record of who used them. */

const key = { type: 'string', value: 'NAME', help: 'the name or the id of an API key' } as const;

export const policies = defineCommand(
  {
    name: 'policies',
    summary: 'checks the access policies, and shows what a role or key sees',
    usage: ['', '--role ROLE [--attributes JSON] [--against FOLDER]', '--key NAME [--against FOLDER]'],
    options: {
      role: { type: 'string', value: 'ROLE', help: 'show what a caller of this role sees' },
      attributes: {
        type: 'string',
        value: 'JSON',
        help: 'with --role: the segments that the caller is narrowed to',
      },
      key: { type: 'string', value: 'NAME', help: 'show what this API key sees' },
      against: { type: 'string', value: 'FOLDER', help: 'show what changed since the policies in FOLDER' },
    },
    examples: [
      'scoreline policies',
      `scoreline policies --role segment-owner --attributes '{"region":["Germany"]}'`,
    ],
  },
  async ({ values }) => (await import('./policies.ts')).showPolicies(values),
);

export const keys = defineCommand(
  {
    name: 'keys',
    summary: 'rotates, rewraps or retires the keys of the database',
    usage: [
      'rotate [--pepper | --signing [--lost]] [--reason TEXT]',
      'rewrap [--reason TEXT]',
      'retire [--reason TEXT]',
    ],
    operands: [
      [
        'ACTION',
        'rotate: make a new wrapping key and wrap every data key with it; rewrap: wrap every data key by the provider that is configured now; ' +
          'retire: destroy wrapping keys that nothing needs, after which older backups cannot be read',
      ],
    ],
    options: {
      pepper: { type: 'boolean', help: 'rotate the pepper: every pseudonym moves to a new one' },
      signing: { type: 'boolean', help: 'add a signing key, which the next start takes into use' },
      lost: {
        type: 'boolean',
        help: 'with --signing: at once and without the key before it, which is lost; auditors must learn the new key from you',
      },
      reason,
    },
    examples: ['scoreline keys rotate --reason "yearly rotation"'],
  },
  async ({ values, operands }) => (await import('./keys.ts')).changeKeysOf(values, operands),
);

export const keysCreate = defineCommand(
  {
    name: 'keys create',
    summary: 'makes an API key for a person or a tool',
    usage: ['NAME --role ROLE [--attributes JSON] [--read-only] [--expires TIME] [--url URL]'],
    operands: [['NAME', 'what the key is called in lists and in the audit log']],
    options: {
      role: { type: 'string', value: 'ROLE', help: 'what it may do, such as analyst or feed' },
      attributes: { type: 'string', value: 'JSON', help: 'the segments that it is narrowed to' },
      'read-only': { type: 'boolean', help: 'refuse mutations and uploads, whatever the role may do' },
      expires: {
        type: 'string',
        value: 'TIME',
        help: 'when it stops working: a time, or a duration from now such as P90D',
      },
      url,
    },
    notes: ['The key is printed to standard output, only once.'],
    examples: ['scoreline keys create "Excel" --role analyst --read-only --expires P90D'],
  },
  async ({ values, operands }) => (await import('./keys-create.ts')).createKey(values, operands[0]),
);

export const auditExport = defineCommand(
  {
    name: 'audit export',
    summary: 'writes the audit log as lines of canonical JSON, oldest first, to standard output',
    usage: ['[--from TIME] [--to TIME] [--purpose TEXT] [--url URL] > audit.ndjson'],
    options: {
      from: {
        type: 'string',
        value: 'TIME',
        help: 'rows at or after this time, such as 2026-03-01T00:00:00Z',
      },
      to: { type: 'string', value: 'TIME', help: 'rows before this time' },
      purpose: { type: 'string', value: 'TEXT', help: 'why; the export is itself in the audit log' },
      url,
    },
    examples: ['scoreline audit export --from 2026-03-01T00:00:00Z > audit.ndjson'],
  },
  async ({ values }) => (await import('./audit-export.ts')).exportAudit(values),
);

export const auditVerify = defineCommand(
  {
    name: 'audit verify',
    summary: 'checks that no row of the audit log was changed or removed',
    usage: ['[FILE] [--part] [--heads FILE] [--key FILE] [--url URL]'],
    operands: [['FILE', 'what audit export wrote; without it the log itself is checked']],
    options: {
      part: { type: 'boolean', help: 'FILE was exported with --from or --to: it may begin and end anywhere' },
      heads: {
        type: 'string',
        value: 'FILE',
        help: 'the checkpoint file; by default that of the data folder',
      },
      key: {
        type: 'string',
        value: 'FILE',
        help: "the instance's public key, PEM; without it that of the data folder",
      },
      url,
    },
    notes: ['It exits with 1 also where a row is BROKEN.'],
    examples: ['scoreline audit verify audit.ndjson'],
    exits: [[3, 'INCOMPLETE: FILE ends before what was signed']],
  },
  async ({ values, operands }) => (await import('./audit-verify.ts')).verifyAudit(values, operands[0]),
);

export const biGrant = defineCommand(
  {
    name: 'bi grant',
    summary: 'gives an API key a login of PostgreSQL for BI tools, which sees what the key sees',
    usage: ['--key NAME'],
    options: { key },
    notes: [
      'The password is shown once; the same command gives the login another one. The embedded database has no logins.',
    ],
    examples: ['scoreline bi grant --key tableau'],
  },
  async ({ values }) => (await import('./bi.ts')).grantSql(values),
);

export const biRevoke = defineCommand(
  {
    name: 'bi revoke',
    summary: "removes a key's PostgreSQL login; the key stays valid",
    usage: ['--key NAME'],
    options: { key: { ...key, help: 'the name or the id of the key, or its login' } },
    examples: ['scoreline bi revoke --key tableau'],
  },
  async ({ values }) => (await import('./bi.ts')).revokeSql(values),
);

export const biList = defineCommand(
  {
    name: 'bi list',
    summary: 'lists the logins of PostgreSQL that API keys have',
    usage: [''],
    options: {},
    examples: ['scoreline bi list'],
  },
  async () => (await import('./bi.ts')).listSql(),
);
