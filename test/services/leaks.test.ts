import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFolders, type World } from '../fixtures/scoped-client.ts';
import { compareWorlds, PARTS, type Part } from '../fixtures/two-worlds.ts';
import { EVERYONE, NOW, openWorlds } from '../fixtures/two-worlds-record.ts';
import { buildPrograms } from '../runner/programs.ts';

/*
 * A test of non-interference that finds nothing may be blind. Here leaks are planted, one at a time, in a copy
 * of the project without scoped views, and the comparison of test/integration/non-interference.test.ts must find each of them.
 */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LEFT_OUT = /^(node_modules|\.git|\.cache|data|coverage|dist)$/;

interface Leak {
  readonly name: string;
  /** Where it is searched for, so that only this is compared: a field of Query, or a part beside the operations. */
  readonly root?: string;
  readonly part?: Part;
  readonly file: string;
  /** Text that occurs once, and what stands there instead. */
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
      [
        'matchesSegment(segment, cell.attributes) && groups.every((group) => scope.allows(group, cell)),',
        'matchesSegment(segment, cell.attributes),',
      ],
    ],
  },
  {
    name: 'a response by its id, for any caller',
    root: 'node',
    file: 'store/responses/responses.ts',
    patch: [
      ["return cell !== undefined && scope.allows('readResponse', cell);", 'return cell !== undefined;'],
    ],
  },
  {
    name: 'an error where something is hidden',
    root: 'node',
    file: 'store/responses/responses.ts',
    patch: [
      [
        "return cell !== undefined && scope.allows('readResponse', cell);",
        "if (cell && !scope.allows('readResponse', cell)) throw new Error('not for you');\n    return cell !== undefined;",
      ],
    ],
  },
  {
    name: 'comments for every caller who sees the response',
    root: 'responses',
    file: 'api/context.ts',
    patch: [['if (cell && context.caller.scope.allows(group, cell)) return true;', 'if (cell) return true;']],
  },
  {
    name: 'a mask only where there is something behind it',
    root: 'responses',
    file: 'api/schema/responses.ts',
    patch: [
      [
        "mayRelease(context, 'comment', row, pathOf(info.path)) ? row.comment : null,",
        "row.comment !== null && mayRelease(context, 'comment', row, pathOf(info.path)) ? row.comment : null,",
      ],
    ],
  },
  {
    name: 'the lineage of a hidden response',
    root: 'impact',
    file: 'graph/kinds/shared/visible-selection.ts',
    patch: [
      [
        "const visible = cell && scope.allows('traceLineage', cell) && scope.allows('readResponse', cell);",
        'const visible = cell;',
      ],
    ],
  },
  {
    name: 'a hidden cell as a node',
    root: 'impact',
    file: 'graph/kinds/shared/visible-selection.ts',
    patch: [
      [
        'narrow.cells ? visible.cells.filter((cell) => narrow.cells?.includes(cell)) : visible.cells;',
        'narrow.cells ?? visible.cells;',
      ],
    ],
  },
  {
    name: 'a source that feeds only what is hidden',
    root: 'impact',
    file: 'graph/kinds/shared/recorded-mapping.ts',
    patch: [
      [
        'if (mappings.length === 0 || found.length === 0) return null;',
        'if (mappings.length === 0) return null;',
      ],
      ['mappings.filter(({ key }) => seen.has(key));', 'mappings;'],
    ],
  },
  {
    name: 'lineage over every cell',
    root: 'impact',
    file: 'graph/kinds/shared/visible-selection.ts',
    patch: [
      [
        "visibleCells(scope, ['traceLineage'], request.cells, segment)",
        'visibleCells(scope, [], request.cells, segment)',
      ],
      [
        "    .filter((cell) => scope.allows('readScore', cell) || scope.allows('readPrediction', cell))\n",
        '',
      ],
    ],
  },
  {
    name: 'a live score that stirs when hidden answers come',
    part: 'streams',
    file: 'api/subscriptions/live-query.ts',
    patch: [['return this.#visible().some(({ id }) => id === cellId);', 'return true;']],
    also: [
      {
        file: 'api/subscriptions/row-changes.ts',
        patch: [
          [
            'return shown.id !== next.id || JSON.stringify(shown.counts) !== JSON.stringify(next.counts);',
            'return true;',
          ],
        ],
      },
    ],
  },
  {
    name: 'a proof over every cell',
    root: 'verify',
    file: 'proof/verify.ts',
    patch: [[".filter((cell) => scope.allows('readScore', cell));", ';']],
  },
  {
    name: 'predictions, to callers without the right',
    root: 'node',
    file: 'store/models/predictions.ts',
    patch: [
      ["return cell !== undefined && scope.allows('readPrediction', cell);", 'return cell !== undefined;'],
    ],
    also: [
      {
        file: 'api/schema/responses.ts',
        patch: [["mayRead(context, 'readPrediction', row.cellId, pathOf(info.path))", 'info.path']],
      },
    ],
  },
  {
    name: 'the quality of models over every cell',
    root: 'modelQuality',
    file: 'store/monitoring/model-quality.ts',
    patch: [
      [
        "const cells = visibleCells(scope, ['readPrediction', 'readScore'], deps.cells, segment);\n  const cellIds",
        'const cells = deps.cells.all();\n  const cellIds',
      ],
    ],
  },
  {
    name: 'reviews of every cell',
    root: 'reviewCounts',
    file: 'api/schema/reviews.ts',
    patch: [['visibleCells(caller.scope, REVIEWED, deps.cells, within)', 'deps.cells.all()']],
  },
  {
    name: 'what agents wrote about every cell',
    root: 'alertCounts',
    file: 'store/agents/cell-set.ts',
    patch: [
      [
        'if (groups.every((group) => scope.allowsAll(group))) return null;',
        'if (groups.length > 0) return null;',
      ],
    ],
  },
  {
    name: 'how many cells there are, in a cursor',
    root: 'alerts',
    file: 'api/schema/connection.ts',
    patch: [
      ['resolve: (page) => {', 'resolve: (page, _args, { deps }) => {'],
      [
        'return { hasNextPage, endCursor: endCursor ?? (last ? cursorOf(last, page) : null) };',
        'return { hasNextPage, endCursor: endCursor ?? (last ? cursorOf(last, page) + deps.cells.all().length : null) };',
      ],
    ],
  },
  {
    name: 'the place in the journal of a live score',
    part: 'streams',
    file: 'api/subscriptions/live-query.ts',
    patch: [
      [
        'they get the time instead.\n      if (this.#isOpaque())',
        'they get the time instead.\n      if (false as boolean)',
      ],
    ],
  },
  {
    name: 'reports over every cell',
    part: 'routes',
    file: 'api/http/report.ts',
    patch: [
      [
        'reportFacts({ ...scoped, verify }, caller, id);',
        `reportFacts({ ...scoped, verify }, { ...caller, scope: { fingerprint: 'everything', smallestCount: 1,
          allows: () => true, allowsAll: () => true, grant: () => 'all' } }, id);`,
      ],
    ],
  },
];

/** A copy of the project, in which leaks are planted one after the other; node_modules are shared. */
const project = mkdtempSync(join(tmpdir(), 'scoreline-leak-'));
/** The databases of the two worlds, with everything scored, queued and sealed; each search works on copies. */
const databases = mkdtempSync(join(tmpdir(), 'scoreline-worlds-'));
const WORLDS = [join(databases, 'without'), join(databases, 'with-hidden')] as const;

beforeAll(async () => {
  cpSync(ROOT, project, {
    recursive: true,
    filter: (source) => !LEFT_OUT.test(source.slice(ROOT.length).replace(/^\//, '')),
  });
  symlinkSync(join(ROOT, 'node_modules'), join(project, 'node_modules'));
  await (await openWorlds(WORLDS)).close();
});
afterAll(() => {
  for (const folder of [project, databases]) rmSync(folder, { recursive: true, force: true });
});

/** Plants the leak in the copy. @returns what takes it out again */
function plant(leak: Leak): () => void {
  const before = new Map<string, string>();
  for (const { file, patch } of [leak, ...(leak.also ?? [])]) {
    const path = join(project, file);
    let text = readFileSync(path, 'utf8');
    before.set(path, before.get(path) ?? text);
    for (const [find, replace] of patch) {
      // The code has changed: plant the leak again.
      expect(text.split(find), `${file}: ${find}`).toHaveLength(2);
      text = text.replace(find, () => replace);
    }
    writeFileSync(path, text);
  }
  return () => {
    for (const [path, text] of before) writeFileSync(path, text);
  };
}

/** Compares the two worlds as the copy of the project answers for them, without scoped views. */
async function search(parts: readonly Part[], roots?: readonly string[]): ReturnType<typeof compareWorlds> {
  await buildPrograms(project);
  const folder = mkdtempSync(join(databases, 'searched-'));
  const folders = WORLDS.map((world) => join(folder, basename(world)));
  for (const [i, world] of WORLDS.entries()) cpSync(world, folders[i] ?? '', { recursive: true });
  const { worlds, close } = await openFolders(NOW, EVERYONE, folders, {
    root: project,
    env: { TEST_WALL: 'off' },
  });
  try {
    const [without, withHidden] = worlds as [World, World];
    return await compareWorlds(
      { without, withHidden, close },
      { count: 400, seed: 20_261_124, parts, roots },
    );
  } finally {
    await close();
    rmSync(folder, { recursive: true, force: true });
  }
}

it('nothing is found without the scoped views as long as no leak is planted', async () => {
  const { found, answered } = await search(PARTS);
  expect(found).toBeNull();
  expect(answered).toBeGreaterThan(120);
});

describe('a planted leak is found', () => {
  it.each(LEAKS)('$name', async (leak) => {
    const takeOut = plant(leak);
    try {
      // Because answers differ: an error of the search itself fails the test.
      const { found } = await search([leak.part ?? 'operations'], leak.root ? [leak.root] : undefined);
      expect(found).toMatchObject({ caller: expect.any(String), withHidden: expect.any(String) });
    } finally {
      takeOut();
    }
  });
});
