import { mappingKind, surveyKey } from './shared/recorded-mapping.ts';

/** The version of a survey that respondents answered. */
export const surveyVersionKind = mappingKind({
  kind: 'SurveyVersion',
  prov: 'entity',
  picture: { column: 3, row: 3, names: ['survey version', 'survey versions'] },
  projection: { along: 'MappingVersion' },
  keyOf: surveyKey,
  label: ({ surveyName, surveyVersion }) => `${surveyName}, version ${surveyVersion}`,
  recordedAt: ({ surveyRecordedAt }) => surveyRecordedAt,
});
