import neo4j from 'neo4j-driver';
import { describe, expect, inject, it } from 'vitest';
import { rollupId, sealId } from '../../domain/lineage/lineage.ts';
import { HOUR_MS } from '../../domain/time/time-windows.ts';
import { storedId } from '../../graph/kinds/shared/stored-id.ts';
import { undoFacts } from '../../store/imports/undo-facts.ts';
import { type AgentChain, writeChain } from '../fixtures/agent-chain.ts';
import type { LineageDatabase } from '../fixtures/lineage-database.ts';

/** An edge of the graph as text. */
type Edge = string;

/** What Neo4j must hold besides responses and rollups: one line for each edge. */
const EXPECTED = `
  SELECT 'ModelVersion:' || model_version_id || ' TRAINED_ON TrainingSet:' || hash AS edge FROM model_training_set
  UNION ALL SELECT 'ModelVersion:' || id || ' USES FeatureSet:' || feature_set_key FROM model_version WHERE feature_set_key IS NOT NULL
  UNION ALL SELECT 'FeatureSet:' || s.key || ' HAS Feature:' || f FROM feature_set s, jsonb_array_elements_text(s.features) f
  UNION ALL SELECT 'Decision:' || id || ' ABOUT ModelVersion:' || model_version_id FROM model_event
  UNION ALL SELECT 'Review:' || v.id || ' ABOUT Response:' || v.response_id FROM review v WHERE response_id IS NOT NULL
  UNION ALL SELECT 'Review:' || v.id || ' ABOUT ModelVersion:' || v.model_version_id FROM review v WHERE response_id IS NOT NULL
  UNION ALL SELECT 'Review:' || v.id || ' ABOUT Decision:' || v.decision_id FROM review v WHERE decision_id IS NOT NULL
  ORDER BY 1`;

const idsOf = ({ decision, alert, cases, deliveries }: AgentChain): string[] => [
  decision,
  alert,
  ...cases,
  ...deliveries,
];

/** The suite of what the graph holds of models, decisions, alerts, reviews and seals; part of lineage.test.ts. */
export function describeGraphMarks(opened: () => LineageDatabase) {
  const services = inject('services');
  describe('the projection of annotations', () => {
    const cypher = async (text: string): Promise<Edge[]> => {
      const driver = neo4j.driver(services?.neo4jUrl ?? '', undefined, { disableLosslessIntegers: true });
      try {
        const { records } = await driver.executeQuery(text);
        return records.map((record) => record.get('edge') as Edge).sort();
      } finally {
        await driver.close();
      }
    };
    const held = () =>
      cypher(`MATCH (a)-[r:TRAINED_ON|USES|HAS|ABOUT]->(b) WHERE NOT a:Alert
        RETURN a.id + ' ' + type(r) + ' ' + b.id AS edge`);
    const seals = () =>
      cypher(`MATCH (a)-[r:SEALED_BY]->(b) RETURN a.id + ' ' + type(r) + ' ' + b.id AS edge`);
    const expected = async () =>
      (await opened().record.sql<{ edge: Edge }>(EXPECTED))
        .map(({ edge }) => edge.replace(/Response:[0-9a-f-]+$/, storedId))
        .sort();
    const followed = async () => {
      const { graph } = opened();
      if (!graph) throw new Error('Neo4j is there in the project services');
      await opened().record.settled();
      const stop = await graph.follow();
      while ((await graph.lag()) > 0) await new Promise((done) => setTimeout(done, 50));
      await stop();
    };

    it.runIf(services)('forgets change events whose import was undone', async () => {
      const { record: database } = opened();
      const id = '00000000-0000-8000-8000-00000000c4a9';
      await database.sql(`INSERT INTO change_event (id, source_id, external_id, received_at, content_hash, kind, title, at, segment, import_id)
        SELECT '${id}', min(id), 'undone', now(), 'h', 'DEPLOY', 'a title', now(), '{}', 7 FROM source`);
      await followed();
      const found = () => cypher(`MATCH (n:ChangeEvent {id: 'ChangeEvent:${id}'}) RETURN n.id AS edge`);
      expect(await found()).toHaveLength(1);
      await database.store.transaction((session) => undoFacts(session, database.cells, 7));
      await followed();
      expect(await found()).toEqual([]);
    });

    it.runIf(services)('equals the database while models, reviews and seals come and go', async () => {
      const { record: database } = opened();
      await followed();
      expect(await held()).toEqual(await expected());
      expect(await cypher(`MATCH (a:Alert)-[:ABOUT]->(b) RETURN b.id AS edge`)).toEqual(
        Array.from({ length: 4 }, () => 'ModelVersion:7'),
      );
      expect(await cypher('MATCH ()-[:CALIBRATED_BY]->(c) RETURN c.id AS edge')).toHaveLength(1);
      expect(await cypher('MATCH (a)-[:SUPERSEDES]->(b:ModelVersion) RETURN b.id AS edge')).toEqual([
        'ModelVersion:6',
      ]);
      const [one] = await database.sql<{ id: string; cellId: number; cell: string; at: Date }>(
        `SELECT r.id, r.cell_id AS "cellId", c.key AS cell, date_trunc('hour', r.answered_at, 'UTC') AS at FROM response r
          JOIN cell c ON c.id = r.cell_id WHERE r.external_id = 'a40'`,
      );
      if (!one) throw new Error('there is such a response');
      const rollup = { hour: one.at.getTime() / HOUR_MS, cell: one.cell, model: 0 };
      await database.sql(`INSERT INTO review (response_id, answered_at, cell_id, model_version_id, cause, queued_at)
        SELECT id, answered_at, cell_id, 7, 'SAMPLED', now() FROM response WHERE id = '${one.id}'`);
      await database.sql(`INSERT INTO review (decision_id, model_version_id, cause, queued_at)
        SELECT max(id), 7, 'HIGH_IMPACT', now() FROM model_event`);
      for (const revision of [0, 1])
        await database.sql(
          `INSERT INTO seal (id, bucket, cell_id, model_version_id, revision, why, manifest, hash, recorded_at)
            VALUES (${900 + revision}, $1, ${one.cellId}, 0, ${revision}, 'FIRST', '{}', 'ab', now())`,
          [one.at],
        );
      await followed();
      expect(await held()).toEqual(await expected());
      expect((await held()).filter((edge) => edge.startsWith('Review:'))).toHaveLength(3);
      const sealed = [0, 1].map(
        (revision) => `${storedId(rollupId(rollup))} SEALED_BY ${sealId(rollup, revision)}`,
      );
      expect(await seals()).toEqual(sealed);
      expect(await cypher('MATCH (a:Seal)-[:SUPERSEDES]->(b:Seal) RETURN b.id AS edge')).toEqual([
        sealId(rollup, 0),
      ]);
      // The rollup loses all answers, and its seals with it; it has one again, and so they are there again.
      const inHour = `cell_id = ${one.cellId} AND answered_at >= $1 AND answered_at < $1::timestamptz + interval '1 hour'`;
      const gone = await database.sql<{ externalId: string; source: string; answeredAt: Date }>(
        `SELECT r.external_id AS "externalId", s.name AS source, r.answered_at AS "answeredAt" FROM response r
          JOIN mapping_version m ON m.id = r.mapping_version_id JOIN source s ON s.id = m.source_id WHERE ${inHour}`,
        [one.at],
      );
      await database.sql(`DELETE FROM response WHERE ${inHour}`, [one.at]);
      await followed();
      expect(await seals()).toEqual([]);
      expect(await cypher(`MATCH (n:Review) RETURN n.id AS edge`)).toHaveLength(1);
      const [back] = gone;
      const [where] = await database.sql<{ attributes: Record<string, string> }>(
        `SELECT attributes FROM cell WHERE id = ${one.cellId}`,
      );
      await database.submit([
        {
          externalId: 'back again',
          source: back?.source,
          answeredAt: back?.answeredAt.toISOString(),
          score: 7,
          region: where?.attributes['region'],
        },
      ]);
      await followed();
      expect(await seals()).toEqual(sealed);
      expect(await held()).toEqual(await expected());
      const before = [await held(), await seals()];
      await opened().graph?.rebuild(() => undefined);
      expect([await held(), await seals()]).toEqual(before);
    });

    it.runIf(services)('equals the database while what agents wrote comes and goes', async () => {
      const { record: database } = opened();
      const chain = await writeChain(database.sql, null, 'a41');
      const rows = () =>
        cypher(`MATCH (n:Decision|Alert|Case|Delivery) WHERE n.id IN ${JSON.stringify(idsOf(chain))}
          RETURN n.id AS edge`);
      const edges = () =>
        cypher(`MATCH (n)-[r:ABOUT|FOLLOWS_FROM]->(o) WHERE n.id IN ${JSON.stringify(idsOf(chain))}
          RETURN n.id + ' ' + type(r) + ' ' + o.id AS edge`);
      const [ofAlert, ofAnswer] = chain.cases;
      const kept = [
        `${chain.alert} ABOUT ${chain.change}`,
        `${chain.alert} ABOUT ModelVersion:7`,
        `${chain.alert} FOLLOWS_FROM ${chain.decision}`,
        `${ofAlert} ABOUT ${chain.alert}`,
        `${ofAlert} FOLLOWS_FROM ${chain.decision}`,
        `${chain.deliveries[0]} ABOUT ${chain.alert}`,
      ];
      const ofResponse = [
        `${chain.alert} ABOUT ${storedId(chain.response)}`,
        `${ofAnswer} ABOUT ${storedId(chain.response)}`,
        `${chain.deliveries[1]} ABOUT ${ofAnswer}`,
      ];
      await followed();
      expect(await rows()).toEqual(idsOf(chain).sort());
      expect(await edges()).toEqual([...kept, ...ofResponse].sort());
      await opened().graph?.rebuild(() => undefined);
      expect(await edges()).toEqual([...kept, ...ofResponse].sort());
      const key = chain.response.slice('Response:'.length);
      // As while it is restricted: its case is there, and in no trace.
      await database.sql(`DELETE FROM response WHERE id = '${key}'`);
      await followed();
      const left = idsOf(chain).filter((id) => id !== ofAnswer && id !== chain.deliveries[1]);
      expect(await rows()).toEqual(left.sort());
      expect(await edges()).toEqual(kept.sort());
      await database.sql(`DELETE FROM response_key WHERE id = '${key}'`);
      await followed();
      expect(await rows()).toEqual(left.sort());
      await database.sql(`DELETE FROM delivery; DELETE FROM case_record; DELETE FROM alert`);
      await database.sql(`DELETE FROM agent_decision`);
      await followed();
      expect(await rows()).toEqual([]);
    });
  });
}
