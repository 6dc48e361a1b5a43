import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../fixtures/patience.ts';
import { openFolders, type World } from '../fixtures/scoped-client.ts';
import { compareWorlds, PARTS, type Part } from '../fixtures/two-worlds.ts';
import { type Found, received } from '../fixtures/two-worlds-answers.ts';
import { EVERYONE, NOW, openWorlds, type Worlds } from '../fixtures/two-worlds-record.ts';
import { buildPrograms } from '../runner/programs.ts';

/*
 * A test of non-interference that finds nothing may be blind. Here leaks are planted in a copy of the project
 * without scoped views, one is switched on at a time, and the comparison of test/integration/non-interference.test.ts must find each of them.
 */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LEFT_OUT = /^(node_modules|\.git|\.cache|data|coverage|dist)$/;

interface Leak {
  readonly name: string;
  /** Where it is searched for, so that only this is compared: a field of Query, or a part beside the operations. */
  readonly root?: string;
  readonly part?: Part;
  readonly file: string;
  /**
   * Text that occurs once, with an expression in «», and the expression that takes its place. Text without «» is replaced for all
   * leaks, and changes nothing by itself.
   */
  readonly patch: readonly (readonly [find: string, replace: string])[];
  /** Where two guards stand before it. */
  readonly also?: readonly Pick<Leak, 'file' | 'patch'>[];
}

const LEAKS: readonly Leak[] = [
  {
    name: 'scores over every cell',
    root: 'nps',
    file: 'domain/access/scope.ts',
    patch: [
      ['    «groups.every((group) => scope.allows(group, cell))»,', 'true'],
      // Lists that were kept before show nothing of it, and those with it must not be kept.
      ['if («known») return known;', 'false'],
      ['ofScope.set(«name», found);', "'a leak'"],
    ],
  },
  {
    name: 'a response by its id, for any caller',
    root: 'node',
    file: 'store/responses/responses.ts',
    patch: [["return «cell !== undefined && scope.allows('readResponse', cell)»;", 'cell !== undefined']],
  },
  {
    name: 'an error where something is hidden',
    root: 'node',
    file: 'store/responses/responses.ts',
    patch: [
      [
        "return «cell !== undefined && scope.allows('readResponse', cell)»;",
        "cell && !scope.allows('readResponse', cell) ? (() => { throw new Error('not for you'); })() : cell !== undefined",
      ],
    ],
  },
  {
    name: 'comments for every caller who sees the response',
    root: 'responses',
    file: 'api/masking.ts',
    patch: [['if («cell && context.caller.scope.allows(group, cell)») return true;', 'cell']],
  },
  {
    name: 'a mask only where there is something behind it',
    root: 'responses',
    file: 'api/schema/responses.ts',
    patch: [
      [
        "«mayRelease(context, 'comment', row, pathOf(info.path))» ? row.comment : null,",
        "row.comment !== null && mayRelease(context, 'comment', row, pathOf(info.path))",
      ],
    ],
  },
  {
    name: 'the lineage of a hidden response',
    root: 'impact',
    file: 'graph/kinds/shared/visible-selection.ts',
    patch: [
      [
        "const visible = «cell && scope.allows('traceLineage', cell) && scope.allows('readResponse', cell)»;",
        'cell',
      ],
    ],
  },
  {
    name: 'a hidden cell as a node',
    root: 'impact',
    file: 'graph/kinds/shared/visible-selection.ts',
    patch: [
      [
        '«narrow.cells ? visible.cells.filter((cell) => narrow.cells?.includes(cell)) : visible.cells»;',
        'narrow.cells ?? visible.cells',
      ],
    ],
  },
  {
    name: 'a source that feeds only what is hidden',
    root: 'impact',
    file: 'graph/kinds/shared/recorded-mapping.ts',
    patch: [
      ['if («mappings.length === 0 || found.length === 0») return null;', 'mappings.length === 0'],
      ['«mappings.filter(({ key }) => seen.has(key))»;', 'mappings'],
    ],
  },
  {
    name: 'lineage over every cell',
    root: 'impact',
    file: 'graph/kinds/shared/visible-selection.ts',
    patch: [
      ["visibleCells(scope, «['traceLineage']», request.cells, segment)", '[]'],
      ["(cell) => «scope.allows('readScore', cell) || scope.allows('readPrediction', cell)»)", 'true'],
    ],
  },
  {
    name: 'a live score that stirs when hidden answers come',
    part: 'streams',
    file: 'api/subscriptions/live-query.ts',
    patch: [
      [
        "return «cell !== undefined && this.#matches(cell.attributes) && this.#scope.allows('readScore', cell)»;",
        'true',
      ],
    ],
    also: [
      {
        file: 'api/subscriptions/row-changes.ts',
        patch: [
          [
            'return «shown.id !== next.id || JSON.stringify(shown.counts) !== JSON.stringify(next.counts)»;',
            'true',
          ],
        ],
      },
    ],
  },
  {
    name: 'a proof over every cell',
    root: 'verify',
    file: 'proof/verify.ts',
    patch: [[".filter((cell) => «scope.allows('readScore', cell)»);", 'true']],
  },
  {
    name: 'flags, which say that there are others like it',
    root: 'node',
    file: 'store/responses/counting-states.ts',
    patch: [["const seesFlags = «scope.allowsAll('readResponse')»;", 'scope !== null']],
  },
  {
    name: 'predictions, to callers without the right',
    root: 'node',
    file: 'store/models/predictions.ts',
    patch: [["return «cell !== undefined && scope.allows('readPrediction', cell)»;", 'cell !== undefined']],
    also: [
      {
        file: 'api/schema/responses.ts',
        patch: [["«mayRead(context, 'readPrediction', row.cellId, pathOf(info.path))»", 'true']],
      },
    ],
  },
  {
    name: 'the quality of models over every cell',
    root: 'modelQuality',
    file: 'store/monitoring/model-quality.ts',
    patch: [
      [
        "const cells = «visibleCells(scope, ['readPrediction', 'readScore'], deps.cells, segment)»;\n  const cellIds",
        'deps.cells.all()',
      ],
    ],
  },
  {
    name: 'reviews of every cell',
    root: 'reviewCounts',
    file: 'api/schema/reviews.ts',
    patch: [['«visibleCells(caller.scope, REVIEWED, deps.cells, within)»', 'deps.cells.all()']],
  },
  {
    name: 'what agents wrote about every cell',
    root: 'alertCounts',
    file: 'store/agents/cell-set.ts',
    patch: [['if («groups.every((group) => scope.allowsAll(group))») return scope', 'groups.length > 0']],
  },
  {
    name: 'how many cells there are, in a cursor',
    root: 'alerts',
    file: 'api/schema/connection.ts',
    patch: [
      ['resolve: (page) => {', 'resolve: (page, _args, { deps }) => {'],
      [
        'endCursor ?? (last ? «cursorOf(last, page)» : null)',
        'cursorOf(last, page) + deps.cells.all().length',
      ],
    ],
  },
  {
    name: 'the place in the journal of a live score',
    part: 'streams',
    file: 'api/subscriptions/live-query.ts',
    patch: [['they get the time instead.\n      if («this.#isOpaque()»)', 'false']],
  },
  {
    name: 'reports over every cell',
    part: 'routes',
    file: 'api/http/report.ts',
    patch: [
      [
        'reportFacts({ ...scoped, verify }, «caller», id);',
        `{ ...caller, scope: { fingerprint: 'everything', smallestCount: 1,
          allows: () => true, allowsAll: () => true, grant: () => 'all' } }`,
      ],
    ],
  },
];

/** A copy of the project with every leak planted, and each switched off; node_modules are shared. */
const project = mkdtempSync(join(tmpdir(), 'scoreline-leak-'));
/** The databases of the two worlds, with everything scored, queued and sealed; servers work on copies. */
const databases = mkdtempSync(join(tmpdir(), 'scoreline-worlds-'));
const WORLDS = [join(databases, 'without'), join(databases, 'with-hidden')] as const;
/** Names the leak that is switched on; a server reads it when it gets the signal. */
const PLANTED = join(databases, 'planted');

beforeAll(async () => {
  cpSync(ROOT, project, {
    recursive: true,
    filter: (source) => !LEFT_OUT.test(source.slice(ROOT.length).replace(/^\//, '')),
  });
  symlinkSync(join(ROOT, 'node_modules'), join(project, 'node_modules'));
  plantAll();
  await Promise.all([buildPrograms(project), openWorlds(WORLDS).then(({ close }) => close())]);
});
afterAll(() => {
  for (const folder of [project, databases]) rmSync(folder, { recursive: true, force: true });
});

interface Place {
  readonly file: string;
  readonly from: number;
  readonly to: number;
  text: string;
}

/** Plants every leak in the copy, so that one build has them all: an expression becomes a choice by which leak is switched on. */
function plantAll(): void {
  const places = new Map<string, Place>();
  for (const { name, ...leak } of LEAKS)
    for (const { file, patch } of [leak, ...(leak.also ?? [])])
      for (const [find, replace] of patch) {
        const { original, from, to } = locate(file, find);
        const key = `${file} ${from}`;
        const place = places.get(key) ?? { file, from, to, text: `(${original})` };
        // Leaks may share a place, but not overlap.
        expect(place.to, `${file}: ${find}`).toBe(to);
        place.text = find.includes('«')
          ? `(globalThis.planted === ${JSON.stringify(name)} ? (${replace}) : ${place.text})`
          : replace;
        places.set(key, place);
      }
  // From the end, so that earlier places stay where they are.
  for (const { file, from, to, text } of [...places.values()].toSorted((a, b) => b.from - a.from)) {
    const path = join(project, file);
    const before = readFileSync(path, 'utf8');
    writeFileSync(path, before.slice(0, from) + text + before.slice(to));
  }
  const server = join(project, 'test/fixtures/scoped-server.ts');
  writeFileSync(server, SWITCH + readFileSync(server, 'utf8'));
}

/** Where in the file the expression of a patch stands. */
function locate(file: string, find: string): { original: string; from: number; to: number } {
  const text = readFileSync(join(project, file), 'utf8');
  const plain = find.replace(/[«»]/g, '');
  // The code has changed: plant the leak again.
  expect(text.split(plain), `${file}: ${plain}`).toHaveLength(2);
  const original = /«(.*)»/s.exec(find)?.[1] ?? plain;
  const from = text.indexOf(plain) + Math.max(0, find.indexOf('«'));
  return { original, from, to: from + original.length };
}

/** What the copy's server begins with, before it says where it listens: at SIGWINCH it switches to the leak that the file names. */
const SWITCH = `import { readFileSync as readPlanted } from 'node:fs';
process.on('SIGWINCH', () => {
  globalThis.planted = readPlanted(${JSON.stringify(PLANTED)}, 'utf8');
  process.stdout.write('planted ' + globalThis.planted + '.\\n');
});
`;

interface Searched extends Worlds {
  /** Switches the leak on, and those before off. */
  plant(name: string): Promise<void>;
}

/** The two worlds on copies of their databases, as the copy of the project answers for them, without scoped views. */
async function openSearched(): Promise<Searched> {
  const folder = mkdtempSync(join(databases, 'searched-'));
  const folders = WORLDS.map((world) => join(folder, basename(world)));
  for (const [i, world] of WORLDS.entries()) cpSync(world, folders[i] ?? '', { recursive: true });
  const { worlds, program, close } = await openFolders(NOW, EVERYONE, folders, {
    root: project,
    env: { TEST_WALL: 'off' },
  });
  const [without, withHidden] = worlds as [World, World];
  return {
    without,
    withHidden,
    plant: async (name) => {
      const switches = () => program.output().split(`planted ${name}.\n`).length;
      const before = switches();
      writeFileSync(PLANTED, name);
      program.process.kill('SIGWINCH');
      await until(() => switches() > before, `the leak "${name}" is switched on`);
    },
    close: async () => {
      await close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const search = (worlds: Worlds, parts: readonly Part[], roots?: readonly string[]) =>
  compareWorlds(worlds, { count: 400, seed: 20_261_124, parts, roots });

const FOUND = { caller: expect.any(String), query: expect.any(String), withHidden: expect.any(String) };

describe('without the scoped views', () => {
  let worlds: Searched;
  beforeAll(async () => {
    worlds = await openSearched();
  });
  afterAll(() => worlds?.close());

  it('nothing is found as long as no leak is planted', async () => {
    const { found, answered } = await search(worlds, PARTS);
    expect(found).toBeNull();
    expect(answered).toBeGreaterThan(120);
  });

  it.each(LEAKS.filter(({ part }) => part !== 'streams'))('a planted leak is found: $name', async (leak) => {
    await worlds.plant(leak.name);
    // Because answers differ: an error of the search itself fails the test.
    const { found } = await search(worlds, [leak.part ?? 'operations'], leak.root ? [leak.root] : undefined);
    expect(found).toMatchObject(FOUND);
    // Because of this leak, and of nothing that one before left behind.
    await worlds.plant('none');
    const { caller, query } = found as Found;
    const [a, b] = await Promise.all(
      [worlds.without, worlds.withHidden].map((world) => ask(world, caller, query)),
    );
    expect(a).toBe(b);
  });
});

/** What a world answers to what was found. */
async function ask(world: World, caller: string, query: string): Promise<string> {
  const path = /^GET (.*)/.exec(query)?.[1];
  return received(path === undefined ? await world.ask(caller, query) : await world.get(caller, path));
}

// Streams change the worlds: one search only.
it.each(LEAKS.filter(({ part }) => part === 'streams'))('a planted leak is found: $name', async (leak) => {
  const worlds = await openSearched();
  try {
    await worlds.plant(leak.name);
    expect((await search(worlds, ['streams'])).found).toMatchObject(FOUND);
  } finally {
    await worlds.close();
  }
});
