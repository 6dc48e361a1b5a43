import { describe, expect, it } from 'vitest';
import { askedToUndo } from './import-undo.ts';

describe('the arguments of an undo', () => {
  it('are one import, a reason, and whether it is a dry run', () => {
    expect(askedToUndo(['file.csv', '--map', 'map.json'])).toBeNull();
    expect(askedToUndo(['--undo', ' 3f9a ', '--dry-run', '--reason', "last week's"])).toEqual({
      ...{ id: '3f9a', reason: "last week's", dryRun: true, url: undefined },
    });
    expect(askedToUndo(['--undo=3f9a'])).toMatchObject({ reason: 'npm run import -- --undo', dryRun: false });
  });

  it.each([
    [['--undo'], /argument missing/],
    [['--undo', '--dry-run'], /ambiguous/],
    [['--undo', ''], /name one import by its id/],
    [['--undo', 'a', '--undo', 'b'], /name one import by its id/],
    [['--undo', 'a', '--reason', ' '], /--reason: say why/],
    [['--undo', 'a', 'file.csv'], /Unexpected argument 'file.csv'/],
    [['--undo', 'a', '--map', 'map.json'], /Unknown option '--map'/],
  ])('%j is refused in one line, with the usage', (args, says) => {
    expect(() => askedToUndo(args)).toThrow(says);
    expect(() => askedToUndo(args)).toThrow(/^[^\n]*\nusage:\n *npm run import -- --undo ID/);
  });
});
