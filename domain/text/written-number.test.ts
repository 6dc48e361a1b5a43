import { describe, expect, it } from 'vitest';
import { readWritten, type WayOfWriting } from './written-number.ts';

const read = (text: string, ...ways: WayOfWriting[]) => readWritten(ways, text);

describe('readWritten', () => {
  it.each<[string, WayOfWriting[], string | null]>([
    ['8,0', ['decimal comma'], '8.0'],
    ['8', ['decimal comma'], '8'],
    ['6,5', ['decimal comma'], null],
    ['8,0', ['label after'], null],
    ['10 - certainly', ['label after'], '10'],
    ['0 – never', ['label after'], '0'],
    ['10 (Extremely likely)', ['label after'], '10'],
    ['9: ja', ['label after'], '9'],
    ['−2 - bad', ['label after'], '-2'],
    ['8,0 - gut', ['label after', 'decimal comma'], '8.0'],
    ['9/10', ['label after'], null],
    ['7-8', ['label after', 'label before'], null],
    ['6.5 - so so', ['label after'], null],
    ['10 of 10', ['label after'], null],
    ['10th', ['label after'], null],
    ['very likely - 10', ['label before'], '10'],
    ['never (0)', ['label before'], '0'],
    ['likely 9', ['label before'], '9'],
    ['very likely - -2', ['label before'], '-2'],
    ['stop: 0', ['label before'], '0'],
    ['-/10', ['label before'], null],
    ['n/10', ['label before'], null],
    ['/10', ['label before'], null],
    ['n / 10', ['label before'], null],
    ['none \u2044 10', ['label before'], null],
    ['n/(10)', ['label before'], null],
    ['out of 10', ['label before'], null],
    ['? von 10', ['label before'], null],
    ['no answer (of 10)', ['label before'], null],
    ['> 10', ['label before'], null],
    ['at most \u2264 10', ['label before'], null],
    ['- 10', ['label before'], null],
    ['(10)', ['label before'], null],
    ['９', ['any digits'], '9'],
    ['１０ － 必ず', ['any digits', 'label after'], '10'],
    ['٩', ['any digits'], '9'],
    ['९', ['any digits'], '9'],
    ['９', ['decimal comma'], null],
    ['10 - certainly', ['decimal comma'], null],
    ['N/A', ['label after', 'label before', 'any digits', 'decimal comma'], null],
    [`10${' x'.repeat(200)}`, ['label after'], null],
  ])('%s as %j', (text, ways, expected) => {
    expect(read(text, ...ways)).toBe(expected);
  });
});
