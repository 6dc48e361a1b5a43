import { cpSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadPolicies, PolicyError, policyFilesState } from '../../api/access/policies.ts';
import { watchPolicies } from '../../api/access/policy-watch.ts';
import { scopesUnder } from '../../api/access/scope-of.ts';
import { EVERYTHING, FIELD_GROUPS } from '../../domain/access/scope.ts';
import { type Cell, cellKey, type Segment } from '../../domain/segments/cell.ts';
import { DEFAULT_DIMENSIONS, defineDimensions } from '../../domain/segments/dimensions.ts';
import { until } from '../fixtures/server.ts';

const SHIPPED = fileURLToPath(new URL('../../policies', import.meta.url));
const DIMENSIONS = defineDimensions(DEFAULT_DIMENSIONS);
const cell = (attributes: Record<string, string>): Cell => ({ id: 0, key: cellKey(attributes), attributes });
const GERMANY = cell({ region: 'Germany', product_line: 'Rail', lifecycle_stage: 'new', channel: 'web' });
const CHILE = cell({ region: 'Chile', product_line: 'Rail', lifecycle_stage: 'new', channel: 'web' });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'scoreline-policies-'));
  cpSync(SHIPPED, folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
const read = (name: string) => readFileSync(join(folder, name), 'utf8');

describe('the policies of an older version', () => {
  it('stay valid without the actions that were added, which only the admin then has', async () => {
    const without = (text: string) => text.replaceAll(/, (Action::"manageCases"|manageCases)(?=[,\]])/g, '');
    for (const name of ['schema.cedarschema', 'roles.cedar']) {
      const older = without(read(name));
      expect(older).not.toContain('manageCases');
      write(name, older);
    }
    const scopeOf = scopesUnder(await loadPolicies(folder, DIMENSIONS), 5);
    expect(scopeOf('admin', {}).allowsAll('manageCases')).toBe(true);
    const owner = scopeOf('segment-owner', { region: ['Germany'] });
    expect([owner.allows('review', GERMANY), owner.allows('manageCases', GERMANY)]).toEqual([true, false]);
    expect(scopeOf('admin', { region: ['Germany'] }).allows('manageCases', CHILE)).toBe(false);
  });
});

describe('to send comments out', () => {
  const rights = async (role: string, attributes: Segment = {}) => {
    const scope = scopesUnder(await loadPolicies(folder, DIMENSIONS), 5)(role, attributes);
    return [scope.allowsAll('sendComments'), scope.allows('sendComments', GERMANY)];
  };

  it('is granted by no policy that ships, nor by one about every action, nor to the administrator', async () => {
    write('own.cedar', '@id("all")\npermit (principal in Role::"analyst", action, resource);');
    for (const role of ['admin', 'analyst', 'dpo', 'segment-owner'])
      expect(await rights(role), role).toEqual([false, false]);
    expect(EVERYTHING.allowsAll('sendComments')).toBe(false);
    const without = (text: string) => text.replace(', sendComments', '').replace(/\nunless \{[^}]*\}/, '');
    for (const name of ['schema.cedarschema', 'roles.cedar']) write(name, without(read(name)));
    expect(read('roles.cedar') + read('schema.cedarschema')).not.toContain('sendComments');
    for (const role of ['admin', 'analyst']) expect(await rights(role), role).toEqual([false, false]);
  });

  it('is granted by a policy that names it, within the attributes', async () => {
    write(
      'own.cedar',
      '@id("x")\npermit (principal in Role::"analyst", action == Action::"sendComments", resource);',
    );
    expect(await rights('analyst')).toEqual([true, true]);
    expect(await rights('analyst', { region: ['Germany'] })).toEqual([false, true]);
    expect(await rights('analyst', { region: ['Chile'] })).toEqual([false, false]);
    expect(await rights('admin')).toEqual([false, false]);
  });
});

describe('the policies that ship', () => {
  const TABLE: Record<string, string> = {
    admin: FIELD_GROUPS.filter((group) => group !== 'sendComments').join(' '),
    analyst: 'readScore readResponse readComment readPrediction traceLineage',
    'model-steward': 'readScore readPrediction traceLineage manageModels review',
    auditor: 'readScore readResponse readPrediction traceLineage readAudit',
    dpo: 'readScore readResponse readComment readRespondent traceLineage manageSubjects readAudit',
    feed: 'readScore',
    collector: 'submitResponse',
    metrics: 'readMetrics',
    'segment-owner': '',
  };

  it('have the roles of the table, and no warnings', async () => {
    const { roles, warnings } = await loadPolicies(SHIPPED, DIMENSIONS);
    expect([...roles].sort()).toEqual(Object.keys(TABLE).sort());
    expect(warnings).toEqual([]);
  });

  it.each(Object.entries(TABLE))('give %s the rights in the table, everywhere', async (role, groups) => {
    const scope = scopesUnder(await loadPolicies(SHIPPED, DIMENSIONS), 5)(role, {});
    expect(FIELD_GROUPS.filter((group) => scope.allowsAll(group)).join(' ')).toBe(groups);
    expect(FIELD_GROUPS.filter((group) => scope.allows(group, GERMANY)).join(' ')).toBe(groups);
  });

  it.each([...Object.keys(TABLE)])('restrict %s by attributes in every group', async (role) => {
    const scopeOf = scopesUnder(await loadPolicies(SHIPPED, DIMENSIONS), 5);
    const owned = 'readScore readResponse readComment readPrediction traceLineage review manageCases';
    const groups = role === 'segment-owner' ? owned : TABLE[role];
    const inside: Segment[] = [{ region: ['Germany'] }, { region: ['Peru', 'Germany'], channel: ['web'] }];
    const outside: Segment[] = [
      { region: ['Peru'] },
      { region: ['Germany'], channel: ['e-mail'] },
      { region: [] },
    ];
    for (const attributes of inside) {
      const scope = scopeOf(role, attributes);
      expect(FIELD_GROUPS.filter((group) => scope.allows(group, GERMANY)).join(' ')).toBe(groups);
      expect(FIELD_GROUPS.filter((group) => scope.allows(group, CHILE))).toEqual([]);
      // A cell that lacks the dimension is not inside.
      expect(FIELD_GROUPS.filter((group) => scope.allows(group, cell({ channel: 'web' })))).toEqual([]);
      expect(FIELD_GROUPS.filter((group) => scope.allowsAll(group))).toEqual([]);
    }
    for (const attributes of outside)
      expect(FIELD_GROUPS.filter((group) => scopeOf(role, attributes).allows(group, GERMANY))).toEqual([]);
  });

  it('restrict by the dimensions of another deployment too', async () => {
    const dimensions = defineDimensions([{ field: 'homeAirport' }]);
    const scopeOf = scopesUnder(await loadPolicies(SHIPPED, dimensions), 5);
    const scope = scopeOf('segment-owner', { home_airport: ['FRA'] });
    expect(scope.allows('readScore', cell({ home_airport: 'FRA' }))).toBe(true);
    expect(scope.allows('readScore', cell({ home_airport: 'SCL' }))).toBe(false);
    expect(scopeOf('segment-owner', {}).allows('readScore', cell({ home_airport: 'FRA' }))).toBe(false);
  });
});

describe('a mistake in the policies', () => {
  const mistakeOf = async () => {
    const error = await loadPolicies(folder, DIMENSIONS).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(PolicyError);
    return (error as Error).message.split('\n');
  };

  it('is reported with its place, one line each', async () => {
    write(
      'own.cedar',
      '// ours\n\n@id("x")\npermit (principal in Role::"analist", action, resource)\nwhen { resource.regio == "a" };\n',
    );
    const lines = await mistakeOf();
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/own\.cedar:3: "x": .*"analist".*valid.*"analyst"/);
    expect(lines[1]).toMatch(/own\.cedar:3: "x": .*regio.*did you mean `region`/);
  });

  it.each([
    [
      'own.cedar',
      'permit (principal, action, resource)\nwhen { resource.region = "a" };',
      /own\.cedar:2: .*'='/,
    ],
    [
      'own.cedar',
      '@id("feed: scores only") permit (principal, action, resource);',
      /roles\.cedar:\d+: @id .* is at .*own\.cedar:1 already/,
    ],
    [
      'own.cedar',
      'permit (principal == Caller::"me", action, resource);',
      /own\.cedar:1: names a single caller/,
    ],
    ['own.cedar', 'permit (principal == ?principal, action, resource);', /templates are not used/],
    ['own.cedar', 'permit (principal, action == Action::"readAll", resource);', /own\.cedar:1: .*readAll/],
    [
      'own.cedar',
      'permit (principal, action, resource) when { resource.region == "a" };',
      /own\.cedar:1: .*region/,
    ],
    ['schema.cedarschema', 'entity Role', /schema\.cedarschema: /],
    ['schema.cedarschema', 'entity Caller; entity Cell; entity Role;', /the roles are missing/],
  ])('in %s is found: %s', async (name, text, expected) => {
    write(name, text);
    expect((await mistakeOf()).join('\n')).toMatch(expected);
  });
});

describe('a change of the files', () => {
  it('applies once it has settled; an invalid one is reported once and changes nothing', async () => {
    const versions: string[] = [];
    const mistakes: string[] = [];
    const first = await loadPolicies(folder, DIMENSIONS);
    const watch = watchPolicies(
      {
        folder,
        dimensions: DIMENSIONS,
        onChange: ({ version }) => versions.push(version),
        loops: null,
        onMistake: ({ message }) => mistakes.push(message),
      },
      first,
    );
    try {
      // Emptied for a moment, as editors do: the prohibition in it is not lifted.
      const narrowing = read('narrowing.cedar');
      for (let i = 0; i < 6; i++) {
        write('narrowing.cedar', '');
        await new Promise((done) => setTimeout(done, 150));
        write('narrowing.cedar', narrowing);
        await new Promise((done) => setTimeout(done, 450));
      }
      await new Promise((done) => setTimeout(done, 700));
      expect(versions).toEqual([]);
      write(
        'roles.cedar',
        `${read('roles.cedar')}\n@id("more") permit (principal in Role::"feed", action == Action::"readResponse", resource);`,
      );
      await until(() => versions.length === 1, 'the change is taken');
      expect(versions[0]).not.toBe(first.version);
      write('roles.cedar', 'permit');
      await until(() => mistakes.length > 0, 'the mistake is reported');
      await new Promise((done) => setTimeout(done, 900));
      expect(mistakes).toHaveLength(1);
      expect(versions).toHaveLength(1);
    } finally {
      await watch.stop();
    }
  });

  it('shows in the state of the files, also where their size and time of change stay', async () => {
    const later = () => policyFilesState(folder, Date.now() + 10_000);
    write('narrowing.cedar', '// one');
    const at = new Date();
    utimesSync(join(folder, 'narrowing.cedar'), at, at);
    expect(await policyFilesState(folder, Date.now())).toBeNull();
    const before = await later();
    expect(before).toMatch(/narrowing/);
    expect(await later()).toBe(before);
    // Another tick of the file system's clock.
    await new Promise((done) => setTimeout(done, 50));
    write('narrowing.cedar', '// two');
    utimesSync(join(folder, 'narrowing.cedar'), at, at);
    expect(await later()).not.toBe(before);
    await expect(policyFilesState(join(folder, 'none'), Date.now())).rejects.toThrow('cannot be read');
  });
});
