import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { nodeId, rollupId, sealId } from '../../domain/lineage/lineage.ts';
import { IMPACT_KINDS, KIND_NAMES, KINDS, kindNamed, parseNodeId } from './registry.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const place = (name: string) => KIND_NAMES.indexOf(name);

describe('the registry of kinds', () => {
  it('holds every file of this folder, each kind once', () => {
    const files = readdirSync(here('.')).filter(
      (name) => name.endsWith('.ts') && !name.startsWith('registry'),
    );
    const fileOf = (name: string) =>
      `${name.replaceAll(/\B[A-Z]/g, (letter) => `-${letter}`).toLowerCase()}.ts`;
    expect(KIND_NAMES.map(fileOf).sort()).toEqual(files.sort());
    expect(new Set(KIND_NAMES).size).toBe(KINDS.length);
  });

  it.each(KINDS.map((kind) => [kind.kind, kind] as const))('knows all about %s', (name, kind) => {
    expect(name).toMatch(/^([A-Z][a-z]+)+$/);
    expect(['input', 'rollup', 'result', 'annotation']).toContain(kind.tier);
    expect(['entity', 'agent', 'plan', 'collection']).toContain(kind.prov);
    const { column, row, names } = kind.picture;
    expect([Number.isInteger(column), Number.isInteger(row)]).toEqual([true, true]);
    expect(names.map((text) => /^[a-z ]+$/.test(text))).toEqual([true, true]);
    for (const does of [kind.parseKey, kind.find, kind.node, kind.upstream, kind.rollups])
      expect(does).toBeInstanceOf(Function);
    expect(kind.impact === null || kind.impact.of instanceof Function).toBe(true);
    expect(kind.about instanceof Function, 'annotations are about something').toBe(
      kind.tier === 'annotation',
    );
    const { projection } = kind;
    if (!projection) expect(kind.tier, 'all but results are in Neo4j').toBe('result');
    else if ('along' in projection) expect(kindNamed(projection.along).projection).toHaveProperty('write');
    else expect([typeof projection.write, projection.all === undefined]).toEqual(['function', false]);
    // Inputs are registered first, so they are written and reached first.
    for (const { from } of kind.after) expect(place(from), from).toBeLessThanOrEqual(place(name));
  });

  it('gives every kind a place of its own in pictures', () => {
    const places = KINDS.map(({ picture: { column, row } }) => `${column} ${row}`);
    expect(new Set(places).size).toBe(KINDS.length);
  });

  it('reaches every kind but results from another kind', () => {
    const comes = KINDS.filter(({ after }) => after.length > 0).map(({ kind }) => kind);
    const leads = new Set(KINDS.flatMap(({ after }) => after.map(({ from }) => from)));
    for (const { kind, tier } of KINDS)
      expect(leads.has(kind) || comes.includes(kind) || tier === 'result', kind).toBe(true);
  });

  it('is everything that traversal, exports and pictures know of kinds', () => {
    const folders = ['../traversal', '../export', '../neo4j', '../../api/report'];
    for (const folder of folders)
      for (const file of readdirSync(here(folder)).filter((name) => name.endsWith('.ts')))
        expect(readFileSync(here(`${folder}/${file}`), 'utf8'), `${folder}/${file}`).not.toMatch(
          /\bkind(\.kind)? [!=]== '|switch \((\w+\.)?kind\)/,
        );
  });

  it('knows which kinds have an impact', () => {
    expect([...IMPACT_KINDS].sort()).toEqual([
      'Calibration',
      'Cell',
      'Feature',
      'FeatureSet',
      'MappingVersion',
      'ModelVersion',
      'ScaleRule',
      'Source',
      'SurveyVersion',
      'TrainingSet',
    ]);
  });
});

describe('ids of nodes', () => {
  const rollup = { hour: 490_000, cell: '0123456789abcdef01234567', model: 7 };

  it('name a kind and a key', () => {
    expect(parseNodeId(rollupId(rollup))).toMatchObject({ kind: { kind: 'Rollup' }, key: rollup });
    expect(parseNodeId(sealId(rollup, 2))).toMatchObject({
      kind: { kind: 'Seal' },
      key: { rollup, revision: 2 },
    });
    expect(parseNodeId('ModelVersion:7')).toMatchObject({ kind: { kind: 'ModelVersion' }, key: 7 });
  });

  it('keep colons of the key', () => {
    expect(parseNodeId(nodeId('Source', 'crm: north'))).toMatchObject({
      kind: { kind: 'Source' },
      key: 'crm: north',
    });
  });

  it.each(['', 'Rollup', 'Rollup:', 'Nothing:1', 'Score:1', ':1'])('%s is none', (id) => {
    expect(parseNodeId(id)).toBeNull();
  });

  it.each([
    'Response:1',
    'SourceEvent:x',
    'Review:',
    'Decision:0',
    'Alert:1e3',
    'ModelVersion:-1',
    'Seal:1:0',
  ])('%s has no key of its kind', (id) => {
    expect(parseNodeId(id)).toBeNull();
  });
});
