import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/*
 * A test of non-interference that finds nothing may be blind. Here leaks are planted, one at a time, in a copy
 * of the project without scoped views, and test/integration/non-interference.test.ts must find each of them.
 */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LEFT_OUT = /^(node_modules|\.git|\.cache|data|coverage)$/;

interface Leak {
  readonly name: string;
  readonly file: string;
  /** Text that occurs once, and what stands there instead. */
  readonly patch: readonly (readonly [find: string, replace: string])[];
  /** Where two guards stand before it. */
  readonly also?: readonly Pick<Leak, 'file' | 'patch'>[];
}

const LEAKS: readonly Leak[] = [
  {
    name: 'scores over every cell',
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
    file: 'store/responses/responses.ts',
    patch: [
      ["return cell !== undefined && scope.allows('readResponse', cell);", 'return cell !== undefined;'],
    ],
  },
  {
    name: 'an error where something is hidden',
    file: 'store/responses/responses.ts',
    patch: [
      [
        "return cell !== undefined && scope.allows('readResponse', cell);",
        "if (cell && !scope.allows('readResponse', cell)) throw new Error('not for you');\n    return cell !== undefined;",
      ],
    ],
  },
  {
    name: 'comments for everybody who sees the response',
    file: 'api/context.ts',
    patch: [['if (cell && context.caller.scope.allows(group, cell)) return true;', 'if (cell) return true;']],
  },
  {
    name: 'a mask only where there is something behind it',
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
    file: 'proof/verify.ts',
    patch: [[".filter((cell) => scope.allows('readScore', cell));", ';']],
  },
  {
    name: 'predictions, to callers without the right',
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
    file: 'api/schema/reviews.ts',
    patch: [['visibleCells(caller.scope, REVIEWED, deps.cells, within)', 'deps.cells.all()']],
  },
  {
    name: 'how many cells there are, in a cursor',
    file: 'api/schema/connection.ts',
    patch: [
      ['resolve: ({ rows, hasNextPage }) => {', 'resolve: ({ rows, hasNextPage }, _args, { deps }) => {'],
      [
        'return { hasNextPage, endCursor: last ? cursorOf(last) : null };',
        'return { hasNextPage, endCursor: last ? cursorOf(last) + deps.cells.all().length : null };',
      ],
    ],
  },
  {
    name: 'the place in the journal of a live score',
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

/** A copy of the project; node_modules are shared. */
function copy(): string {
  const folder = mkdtempSync(join(tmpdir(), 'scoreline-leak-'));
  cpSync(ROOT, folder, {
    recursive: true,
    filter: (source) => !LEFT_OUT.test(source.slice(ROOT.length).replace(/^\//, '')),
  });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** A copy with the leak in it. */
function plant(leak: Leak): string {
  const folder = copy();
  for (const { file, patch } of [leak, ...(leak.also ?? [])]) {
    let text = readFileSync(join(folder, file), 'utf8');
    for (const [find, replace] of patch) {
      // The code has changed: plant the leak again.
      expect(text.split(find), `${file}: ${find}`).toHaveLength(2);
      text = text.replace(find, () => replace);
    }
    writeFileSync(join(folder, file), text);
  }
  return folder;
}

function search(folder: string): Promise<{ code: number | null; output: string }> {
  const vitest = join('node_modules', 'vitest', 'vitest.mjs');
  const test = 'test/integration/non-interference.test.ts';
  const child = spawn(process.execPath, [vitest, 'run', '--project', 'integration', test], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      TMPDIR: process.env.TMPDIR,
      CI: 'true',
      NO_COLOR: '1',
      TEST_WALL: 'off',
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}

/** Two servers start and are asked a thousand things, beside whatever else runs. */
const SEARCH_MS = 900_000;

describe('without the scoped views', () => {
  it('nothing is found without a planted leak', { timeout: SEARCH_MS }, async () => {
    const folder = copy();
    try {
      const { code, output } = await search(folder);
      expect(code, output).toBe(0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('a planted leak is found', () => {
  it.each(LEAKS)('$name', { timeout: SEARCH_MS }, async (leak) => {
    const folder = plant(leak);
    try {
      const { code, output } = await search(folder);
      expect(code, output).toBe(1);
      // It failed because answers differ, and for no other reason.
      expect(output).toContain('"withHidden": "');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
