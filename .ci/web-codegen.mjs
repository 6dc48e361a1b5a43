import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { documentsOf, textsSent } from '../web/page-documents.mjs';

/*
 * npm run web:codegen: writes the types of the pages' operations (web/src/gql), and every text that a browser sends for one by
 * its hash (web/gql/persisted-documents.json). A server trusts these texts (api/gate/trusted.ts).
 */
execFileSync('graphql-codegen', ['--config', 'web/codegen.ts', '--silent'], { stdio: 'inherit' });
const documents = documentsOf(readFileSync('web/src/gql/graphql.ts', 'utf8'));
const texts = [...documents.values()].flatMap(textsSent);
const hash = (text) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
mkdirSync('web/gql', { recursive: true });
writeFileSync(
  'web/gql/persisted-documents.json',
  `${JSON.stringify(Object.fromEntries(texts.map((text) => [hash(text), text])), null, 2)}\n`,
);
