import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse, validate } from 'graphql';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openGate } from '../../api/gate/gate.ts';
import { RULES, trustDocuments } from '../../api/gate/trusted.ts';
import { buildSchema } from '../../api/schema/schema.ts';
import { gateSettings, sha256 } from '../../config/gate-settings.ts';
import { EVERYTHING } from '../../domain/access/scope.ts';
import { DIMENSIONS } from '../fixtures/database.ts';

/*
 * A role in limits.trustedOnly can use the dashboard only if the server trusts every text that a browser sends, byte for byte.
 * The texts are taken from the pages as they are built, and printed by the pages' own client.
 */

const WEB = new URL('../../web/', import.meta.url);
const OF_THE_PAGES = /new TypedDocumentString\(("(?:[^"\\]|\\.)*")\)/g;

/** What is used of urql's client, whose own types need those of a browser. */
interface Client {
  query(text: string, variables: object): { toPromise(): Promise<unknown> };
  mutation(text: string, variables: object): { toPromise(): Promise<unknown> };
}

/** The documents in the pages, as the build writes them into the scripts. */
async function documentsInPages(): Promise<string[]> {
  const { default: config } = (await import(new URL('vite.config.mjs', WEB).href)) as {
    default: { plugins: [{ buildStart(): void; transform(code: string, id: string): string | null }] };
  };
  const [plugin] = config.plugins;
  plugin.buildStart();
  const folder = fileURLToPath(new URL('src/', WEB));
  const scripts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.includes('.test.'))
    .map((name) => plugin.transform(readFileSync(`${folder}${name}`, 'utf8'), `${folder}${name}`) ?? '');
  return scripts.flatMap((script) =>
    [...script.matchAll(OF_THE_PAGES)].map(([, text = '']) => JSON.parse(text)),
  );
}

describe('the documents of the dashboard', () => {
  let texts: string[] = [];
  let client: Client;
  const sent: string[] = [];
  const schema = buildSchema(DIMENSIONS);
  const { texts: trusted, leftOut } = trustDocuments(schema, DIMENSIONS, new Map());

  beforeAll(async () => {
    texts = await documentsInPages();
    const { createApiClient } = (await import(new URL('src/lib/api.ts', WEB).href)) as {
      createApiClient(): Client;
    };
    client = createApiClient();
    vi.stubGlobal('fetch', async (_url: string, { body }: { body: string }) => {
      sent.push((JSON.parse(body) as { query: string }).query);
      return Response.json({ data: {} });
    });
  });
  afterEach(() => vi.unstubAllGlobals());

  it('are trusted in every form that a browser sends, without configuration', async () => {
    expect(leftOut).toEqual([]);
    const live = texts.filter((text) => text.startsWith('subscription'));
    const asked = texts.filter((text) => !text.startsWith('subscription'));
    expect(live.length).toBeGreaterThan(0);
    expect(asked.length).toBeGreaterThan(50);
    for (const text of asked) {
      if (text.startsWith('mutation')) await client.mutation(text, {}).toPromise();
      else await client.query(text, {}).toPromise();
    }
    expect(sent).toHaveLength(new Set(asked).size);
    expect(sent.some((text) => text.includes('__typename'))).toBe(true);
    // Live updates are sent as they are, and tools may send any document as the pages hold it.
    expect([...texts, ...sent].filter((text) => !trusted.has(sha256(text)))).toEqual([]);
  });

  it('fit the schema of the default dimensions, as all that ships: a start does not look at them again', () => {
    const unfit = [...trusted.values()].flatMap((text) => validate(schema, parse(text), RULES));
    expect(unfit.map(({ message }) => message)).toEqual([]);
    expect(trusted.size).toBeGreaterThan(100);
  });

  it('that read sources cost no more than the roles that ship with the right to them may spend', () => {
    const gate = openGate(gateSettings.parse({}), trusted, Date.now);
    const reading = texts.filter((text) => text.includes('sources('));
    expect(reading.length).toBeGreaterThan(1);
    for (const role of ['admin', 'analyst', 'segment-owner', 'auditor', 'dpo', 'collector']) {
      const caller = {
        ...{ id: role, name: role, role, policyVersion: '', attributes: {}, sources: null },
        ...{ readOnly: false, expiresAt: null, scope: EVERYTHING },
      };
      for (const query of reading)
        expect(
          gate.admit(caller, schema, { query, variables: { whole: true } }).cost.requested,
        ).toBeGreaterThan(0);
    }
  });
});
