import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { responseId } from '../../domain/responses/normalised-response.ts';
import { alertKey } from '../fixtures/sample-alerts.ts';
import { openWorld, type World } from '../fixtures/scoped-client.ts';
import type { GraphqlAnswer } from '../fixtures/server.ts';

/* Requests of callers that may not work on alerts and cases: proposals, which a person settles. */

const HOUR_MS = 3_600_000;
const NOW = Math.floor(Date.now() / HOUR_MS) * HOUR_MS + 30 * 60_000;
const CALLERS = {
  everything: {},
  reader: { withheld: { manageCases: [] } },
  narrow: { hidden: ['Peru'], withheld: { manageCases: [] } },
  blind: { withheld: { readPrediction: [], manageCases: [] } },
};
type Key = keyof typeof CALLERS;

let world: World;
beforeAll(async () => {
  world = await openWorld(NOW, CALLERS);
  for (const region of ['Germany', 'Japan', 'Peru'])
    await world.submit([
      {
        externalId: `${region} 0`,
        source: 'web',
        answeredAt: new Date(NOW - HOUR_MS).toISOString(),
        score: 3,
        region,
      },
    ]);
  await world.raise();
});
afterAll(() => world?.close());

interface Requested {
  readonly case: { id: string; state: string; title: string; events: { kind: string; by: string }[] } | null;
  readonly alert: { id: string; state: string } | null;
  readonly proposal: {
    id: string;
    state: string;
    action: unknown;
    inputs: unknown;
    replay: { same: boolean };
  } | null;
}
const FIELDS =
  '{ case { id state title events { kind by } } alert { id state } proposal { id state action inputs replay { same } } }';
const ask = (key: Key, query: string) => world.ask<Record<string, Requested>>(key, query);
const errorsOf = ({ errors }: GraphqlAnswer<unknown>) => errors?.map(({ message }) => message);
const responseOf = (region: string) => `Response:${responseId('web', `${region} 0`)}`;
const alertOf = (about: string) => `Alert:${alertKey(about)}`;
const open = (cause: string, title = 'Call Jane, jane@example.org') =>
  `mutation { requestCase(cause: "${cause}", title: "${title}", reason: "she asked") ${FIELDS} }`;
const acknowledge = (id: string) =>
  `mutation { requestAcknowledgement(id: "${id}", reason: "on it") ${FIELDS} }`;
const settle = (verb: string, id: string, more = '') =>
  `mutation { ${verb}(id: "${id}", reason: "yes"${more}) { state outcome } }`;

describe('a request', () => {
  it('is done at once for a caller who may', async () => {
    const { requestCase } = (await ask('everything', open(responseOf('Japan')))).data;
    expect(requestCase).toMatchObject({
      case: { state: 'OPEN', events: [{ kind: 'OPENED', by: 'everything' }] },
      alert: null,
      proposal: null,
    });
    expect(JSON.stringify(requestCase)).not.toContain('example.org');
    expect((await ask('everything', acknowledge(alertOf('Japan')))).data).toMatchObject({
      requestAcknowledgement: { alert: { state: 'ACKNOWLEDGED' }, proposal: null },
    });
  });

  it('is a proposal without texts for others, once for each cause, and done when a person approves it', async () => {
    const cause = responseOf('Germany');
    const first = (await ask('reader', open(cause))).data.requestCase;
    expect(first).toMatchObject({
      case: null,
      proposal: { state: 'PROPOSED', action: { work: 'openCase', about: cause }, replay: { same: true } },
    });
    expect(JSON.stringify(first)).not.toMatch(/Jane|she asked/);
    const again = (await ask('narrow', open(cause, 'another title'))).data.requestCase;
    expect(again?.proposal?.id).toBe(first?.proposal?.id);
    const id = first?.proposal?.id ?? '';
    expect(errorsOf(await ask('reader', settle('approveDecision', id)))).toEqual([
      'this key may not settle proposals about these segments',
    ]);
    const done = await world.ask<{ approveDecision: { state: string; outcome: string } }>(
      'everything',
      settle('approveDecision', id),
    );
    expect(done.data.approveDecision).toMatchObject({
      state: 'DONE',
      outcome: expect.stringMatching(/^opened Case:/),
    });
    const opened = done.data.approveDecision.outcome.slice('opened '.length);
    const trace = `{ trace(id: "${opened}") { nodes { id } } }`;
    const { data } = await world.ask<{ trace: { nodes: { id: string }[] } }>('everything', trace);
    expect(data.trace.nodes.map((node) => node.id)).toEqual(expect.arrayContaining([cause, id]));
  });

  it('for a case that is open returns it, and is a new proposal once it is closed', async () => {
    const cause = responseOf('Germany');
    const found = (await ask('reader', open(cause))).data.requestCase;
    expect(found).toMatchObject({ case: { state: 'OPEN' }, proposal: null });
    const close = `mutation { closeCase(id: "${found?.case?.id}", outcome: "called", reason: "called") { state } }`;
    expect((await ask('everything', close)).data).toMatchObject({ closeCase: { state: 'CLOSED' } });
    const second = (await ask('reader', open(cause))).data.requestCase;
    expect(second).toMatchObject({ case: null, proposal: { state: 'PROPOSED' } });
    const done = await ask('everything', settle('approveDecision', second?.proposal?.id ?? ''));
    expect(done.data).toMatchObject({ approveDecision: { outcome: expect.stringMatching(/^opened Case:/) } });
  });

  it('to acknowledge an alert waits for a person too, who cannot make it one about another alert', async () => {
    const asked = async () =>
      (await ask('reader', acknowledge(alertOf('Germany')))).data.requestAcknowledgement?.proposal?.id ?? '';
    const other = `, action: { work: "acknowledgeAlert", about: "${alertOf('Peru')}" }`;
    const edited = await ask('everything', settle('editDecision', await asked(), other));
    expect(errorsOf(edited)).toEqual([
      'action.about: it stays as it was proposed; what can be edited is severity where the proposal has it',
    ]);
    const { data } = await world.ask<{ node: { state: string } }>(
      'everything',
      `{ node(id: "${alertOf('Peru')}") { ... on Alert { state } } }`,
    );
    expect(data.node.state).toBe('OPEN');
  });

  it('about what the caller does not see is refused as about what there is not', async () => {
    for (const id of [responseOf('Peru'), alertOf('Peru'), alertOf('everything'), alertOf('nowhere'), 'x'])
      expect(errorsOf(await ask('narrow', open(id)))).toEqual([
        'cause: no such response or alert exists here',
      ]);
    for (const id of [alertOf('Peru'), alertOf('nowhere'), 'x'])
      expect(errorsOf(await ask('narrow', acknowledge(id)))).toEqual(['id: no such alert exists here']);
    expect(errorsOf(await ask('blind', open(responseOf('Germany'))))).toEqual([
      'this key may not see proposals about these segments, and so makes none',
    ]);
  });

  it('is counted by state with what the caller sees', async () => {
    const counts = async (key: Key) =>
      (await world.ask<object>(key, '{ alertCounts { state alerts } caseCounts { state cases } }')).data;
    expect(await counts('narrow')).toEqual({
      alertCounts: [
        { state: 'ACKNOWLEDGED', alerts: 1 },
        { state: 'OPEN', alerts: 1 },
      ],
      caseCounts: [
        { state: 'CLOSED', cases: 3 },
        { state: 'OPEN', cases: 2 },
      ],
    });
    expect(await counts('everything')).toMatchObject({
      alertCounts: [{ alerts: 1 }, { state: 'OPEN', alerts: 3 }],
      caseCounts: [{ state: 'CLOSED', cases: 5 }, { cases: 2 }],
    });
    expect(await counts('blind')).toEqual({ alertCounts: [], caseCounts: [] });
  });
});
