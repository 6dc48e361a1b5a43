import { readFileSync } from 'node:fs';
import type { FieldGroup } from '../../domain/access/scope.ts';
import { SEEN_BY } from '../../store/agents/cell-set.ts';

/**
 * A tool of the Model Context Protocol: a document that ships (documents/NAME.graphql), executed for the caller as any trusted
 * document is. Its arguments are the variables of the document.
 */
export interface ToolEntry {
  readonly name: string;
  readonly title: string;
  /** What an agent reads to choose the tool. */
  readonly description: string;
  /** documents/NAME.graphql */
  readonly document: string;
  /** What variables without a default are when the call does not give them; moments may be relative, as at `/bi`. */
  readonly defaults?: Readonly<Record<string, string>>;
  /** The largest values of variables, below what GraphQL takes: a model reads the whole answer. */
  readonly most?: Readonly<Record<string, number>>;
  /** Rights without which its rows would show nothing, besides those of the document's root fields. */
  readonly needs?: readonly FieldGroup[];
  /** Which of its fields have text that people wrote, as a part of a sentence. */
  readonly written?: string;
}

const LATEST = { from: 'newest-P90D', to: 'newest' };
const MONTHS = {
  beforeFrom: 'newest-P60D',
  beforeTo: 'newest-P30D',
  afterFrom: 'newest-P30D',
  afterTo: 'newest',
};
const ROWS = { first: 1_000 };
const PAGE = { first: 100 };

/** Every tool, in the order of the list. */
export const TOOLS: readonly ToolEntry[] = [
  {
    name: 'scores',
    title: 'Net Promoter Scores',
    description:
      'The Net Promoter Score (-100 to 100) of a window with its confidence interval (low, high) and its counts, for everything that ' +
      'the key may see, for a segment, or for each group. The id of a row names exactly that number: pass it to trace or verify.',
    document: 'scores',
    defaults: { asOf: 'newest' },
    most: ROWS,
  },
  {
    name: 'series',
    title: 'Scores over time',
    description:
      'Net Promoter Scores by minute, hour, day, week, month, quarter or year, with confidence intervals and counts.',
    document: 'series',
    defaults: LATEST,
    most: ROWS,
  },
  {
    name: 'change',
    title: 'Change between two windows',
    description:
      'The difference between the scores of two windows (after minus before) with its confidence interval and p-value. Without ' +
      'arguments: the newest 30 days against the 30 days before. Do not call a difference a change when its interval includes 0.',
    document: 'change',
    defaults: MONTHS,
  },
  {
    name: 'drivers',
    title: 'What a change consists of',
    description:
      'Divides the difference between the scores of two windows by dimensions (by), by themes, or by both. mix: other groups ' +
      'answered; rate: the groups answered otherwise. The parts add up to the difference. It describes the change, and proves no cause.',
    document: 'drivers',
    defaults: MONTHS,
  },
  {
    name: 'themes',
    title: 'Themes of the comments',
    description:
      'The themes that the text model finds in the comments of a window: how often each is named, the score of those who name it, and ' +
      'its change since the window before.',
    document: 'themes',
    defaults: { asOf: 'newest' },
    needs: ['readResponse'],
  },
  {
    name: 'responses',
    title: 'Responses',
    description:
      'Single responses, newest first, with filters. Comments are redacted; reading them is recorded in the audit log. ' +
      'Set comments to false when the text is not needed, and ask count_responses first how many there are.',
    document: 'responses',
    most: PAGE,
    written: 'The field comment is text of respondents',
  },
  {
    name: 'count_responses',
    title: 'Number of responses',
    description: 'How many responses of each class there are in a segment and time, without their text.',
    document: 'count-responses',
  },
  {
    name: 'trace',
    title: 'Lineage',
    description:
      'Where a number or node comes from (UPSTREAM), or what was made of it (DOWNSTREAM): rollups, responses, source events, imports, ' +
      'model versions. Takes the id of a score row or of any node.',
    document: 'trace',
    most: PAGE,
  },
  {
    name: 'verify',
    title: 'Verification',
    description:
      'Counts a score again from its responses and checks it against the sealed record. Takes the id of a score row; the verdict ' +
      'is VERIFIED, VERIFIED_WITH_ERASURES, RESTATED, MISMATCH or UNVERIFIABLE, with the reason.',
    document: 'verify',
  },
  {
    name: 'sources',
    title: 'Sources',
    description:
      'The sources of the responses: how much each brings, when its last response arrived, and how late they arrive.',
    document: 'sources',
    most: PAGE,
  },
  {
    name: 'dimension_values',
    title: 'Values of a dimension',
    description: 'The values of a dimension, such as the names of regions, to be used in a segment.',
    document: 'dimension-values',
    most: ROWS,
  },
  {
    name: 'alerts',
    title: 'Alerts',
    description:
      'What someone should know, found by an agent: what moved, since when, by how much. The newest first, by state. ' +
      'Ask count_alerts first how many there are; trace leads from an alert to its answers and to what was done.',
    document: 'alerts',
    most: PAGE,
    needs: [...SEEN_BY],
    written: 'Titles and summaries are text about data',
  },
  {
    name: 'alert',
    title: 'One alert',
    description: 'One alert with its evidence, the scores before and after, and what happened to it.',
    document: 'alert',
    needs: [...SEEN_BY],
    written: 'Titles, summaries and reasons are text of people and about data',
  },
  {
    name: 'count_alerts',
    title: 'Number of alerts',
    description: 'How many alerts there are in each state, without their text.',
    document: 'count-alerts',
    needs: [...SEEN_BY],
  },
  {
    name: 'cases',
    title: 'Cases',
    description:
      'Work on answers and alerts: who does it, until when, how it ended. The newest first, by state. Ask count_cases first how many there are.',
    document: 'cases',
    most: PAGE,
    needs: [...SEEN_BY],
    written: 'Titles and outcomes are text of people',
  },
  {
    name: 'case',
    title: 'One case',
    description: 'One case with what happened to it, comments included.',
    document: 'case',
    needs: [...SEEN_BY],
    written: 'Titles, outcomes and reasons are text of people',
  },
  {
    name: 'count_cases',
    title: 'Number of cases',
    description: 'How many cases there are in each state, without their text.',
    document: 'count-cases',
    needs: [...SEEN_BY],
  },
  {
    name: 'open_case',
    title: 'Open a case',
    description:
      'Opens a case about a response or an alert, if the key may work on cases; otherwise it proposes it, and a person decides. One open ' +
      'case for each cause: a second call returns the first one.',
    document: 'open-case',
    needs: [...SEEN_BY],
  },
  {
    name: 'acknowledge_alert',
    title: 'Acknowledge an alert',
    description:
      'Says that someone works on an alert, if the key may work on alerts; otherwise it proposes it, and a person decides.',
    document: 'acknowledge-alert',
    needs: [...SEEN_BY],
  },
];

/** The text of a tool's document. */
export function documentText({ document }: ToolEntry): string {
  return readFileSync(new URL(`./documents/${document}.graphql`, import.meta.url), 'utf8');
}
