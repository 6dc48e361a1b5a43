import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { unpack } from '../fixtures/data-folders/archive.ts';
import { type Known, QUERIES } from '../fixtures/data-folders/known.ts';
import { type GraphqlAnswer, runProgram } from '../fixtures/server.ts';
import { useServer } from '../fixtures/use-server.ts';

/* Data folders that earlier versions made (test/fixtures/data-folders/make.ts), opened by this one. */

const FOLDERS = fileURLToPath(new URL('../fixtures/data-folders/', import.meta.url));
const { verifyProof } = (await import(
  fileURLToPath(new URL('../../verifier/verify.js', import.meta.url))
)) as { verifyProof: (proof: unknown) => { verdict: string; responses: number } };
const NAMES = readdirSync(FOLDERS, { withFileTypes: true }).filter((entry) => entry.isDirectory());

describe.each(NAMES.map(({ name }) => name))('the data folder of %s', (name) => {
  const read = (file: string) => JSON.parse(readFileSync(join(FOLDERS, name, file), 'utf8'));
  const known = read('known.json') as Known;
  const server = useServer({
    follow: true,
    env: (dataDir) => {
      unpack(readFileSync(join(FOLDERS, name, 'folder.br')), dataDir);
      return { SCORELINE_ADMIN_KEY: known.adminKey };
    },
  });
  const verify = async () => {
    const { data } = await server.graphql<{ verify: object }>(
      'query ($id: ID!) { verify(id: $id) { verdict reason stated recomputed responses } }',
      { id: known.scoreId },
    );
    return data.verify;
  };

  it('answers as it did: scores, responses, predictions, imports, keys, reviews, erasures', async () => {
    const { data, errors } = await server.graphql(QUERIES.answers);
    expect(errors).toBeUndefined();
    expect(data).toEqual(known.answers);
  });

  it('proves its scores, like the proofs that it exported', async () => {
    const [score] = (known.answers as { all: { score: number; responses: number }[] }).all;
    expect(await verify()).toMatchObject({
      verdict: 'VERIFIED',
      stated: score?.score,
      recomputed: score?.score,
      responses: score?.responses,
    });
    expect(verifyProof(read('proof.json'))).toMatchObject({
      verdict: 'VERIFIED',
      responses: score?.responses,
    });
  });

  it('accepts the keys that it made, with what each sees', async () => {
    const answer = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${known.analystKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        query: '{ viewer { role } responses(first: 100) { edges { node { region comment } } } }',
      }),
    });
    const { data } = (await answer.json()) as GraphqlAnswer<{
      viewer: { role: string };
      responses: { edges: { node: { region: string; comment: string | null } }[] };
    }>;
    expect(data.viewer.role).toBe('analyst');
    expect(new Set(data.responses.edges.map(({ node }) => node.region))).toEqual(new Set(['Peru']));
    // Data encrypted under an earlier wrapping key is readable.
    expect(data.responses.edges.some(({ node }) => node.comment !== null)).toBe(true);
  });

  it('undoes an import that was made before, accepts responses, and erases a person', async () => {
    const { code, output } = await runProgram(['import', '--undo', known.undo], server.instance.env).finished;
    expect([code, output]).toEqual([0, expect.stringMatching(/removed +0\nrestored +2/)]);
    const items = [
      { externalId: 'new', answeredAt: '2026-03-20T00:00:00Z', score: 10, respondent: 'person 1' },
    ];
    expect(await (await server.post('/ingest/responses', items)).json()).toMatchObject({ accepted: 1 });
    // The pseudonym is unchanged: her earlier and new answers belong to one person.
    const erased = await server.graphql<{ eraseSubject: object }>(
      'mutation { eraseSubject(respondent: "person 1", reason: "asked for it") { known responses } }',
    );
    expect(erased.data.eraseSubject).toEqual({ known: true, responses: 3 });
    expect(await verify()).not.toMatchObject({ verdict: 'MISMATCH' });
  });
});
