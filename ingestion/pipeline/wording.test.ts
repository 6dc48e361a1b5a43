import { expect, it } from 'vitest';
import { SCALES } from '../../domain/nps/scale.ts';
import type { MappingVersion } from '../../domain/responses/normalised-response.ts';
import type { RecordedMapping } from '../../store/responses/mappings.ts';
import { versionAsked, Wordings } from './wording.ts';

const mapping = (source = 'web'): MappingVersion => ({
  ...{ source, connector: 'typeform', survey: { name: 'nps', version: '1' }, definition: {} },
  scale: SCALES['0-10'] as MappingVersion['scale'],
});
const recorded: RecordedMapping[] = [];
const wordings = new Wordings({ all: () => recorded });
const record = (version: string) =>
  recorded.push({ source: 'web', surveyName: 'nps', surveyVersion: version } as RecordedMapping);

it('a wording is part of the version, whatever its spaces; without a question nothing changes', () => {
  const given = mapping();
  expect(wordings.asked(given, null)).toBe(given);
  const worded = wordings.asked(given, 'Would you recommend us?');
  expect(worded.survey).toEqual({ name: 'nps', version: expect.stringMatching(/^1, question [0-9a-f]{8}$/) });
  expect(wordings.asked(given, ' Would you\nrecommend  us? ')).toBe(worded);
  expect(wordings.asked(given, 'Would you recommend it?').survey).not.toEqual(worded.survey);
});

it('after 20 wordings of a version new ones are not distinguished, and known ones still are', () => {
  for (let i = 0; i < 20; i++) record(versionAsked('1', `Dear guest ${i}`));
  const given = mapping();
  expect(wordings.asked(given, 'Dear guest 20')).toBe(given);
  expect(wordings.asked(given, 'Dear guest 7').survey.version).toBe(versionAsked('1', 'Dear guest 7'));
  const elsewhere = mapping('app');
  expect(wordings.asked(elsewhere, 'Dear guest 20')).not.toBe(elsewhere);
});
