import { defineCommand } from './command.ts';
import { url } from './options.ts';

/* Commands about surveys of our own. */

export const surveyLinks = defineCommand(
  {
    name: 'survey links',
    summary: 'makes a survey link for each person of a file, for a mail tool',
    usage: ['--connection ID --from FILE [--to FILE] [--respondent COLUMN] [--url URL]'],
    options: {
      connection: { type: 'string', value: 'ID', help: 'a connection of email-link' },
      from: {
        type: 'string',
        value: 'FILE',
        help: 'CSV (with headings), XLSX or NDJSON: a person in each row; columns that are called as a dimension are its values',
      },
      to: {
        type: 'string',
        value: 'FILE',
        help: 'where the rows are written with survey_id, survey_link and survey_expires, as CSV; without it standard output',
      },
      respondent: {
        type: 'string',
        value: 'COLUMN',
        help: 'identifies the person',
        default: 'respondent',
      },
      account: {
        type: 'string',
        value: 'COLUMN',
        help: "identifies the person's account",
        default: 'account',
      },
      id: {
        type: 'string',
        value: 'COLUMN',
        help: 'of the answer; where it is blank, one is drawn',
        default: 'id',
      },
      url,
    },
    notes: [
      'Links begin with SCORELINE_PUBLIC_URL, else with the address of the server. docs/connectors/email-link.md has the text of a mail.',
    ],
    examples: ['scoreline survey links --connection Connection:… --from people.csv --to links.csv'],
  },
  async ({ values }) => (await import('./survey-links.ts')).surveyLinks(values),
);
