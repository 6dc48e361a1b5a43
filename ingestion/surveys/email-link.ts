import { z } from 'zod';
import type { Dimension } from '../../domain/segments/dimensions.ts';
import type { Connector, SecretRules } from '../webhooks/connector.ts';
import { readSurvey, type SurveyReader, surveyReader, surveyShape } from './settings.ts';

/** The reader of a connection whose links are sent by mail. */
export interface EmailLinkReader extends SurveyReader {
  /** Whether each link that is made counts as an invitation. */
  readonly invitations: boolean;
  /** For how long links work. */
  readonly validDays: number;
}

const SECRET = /^esk_[\w-]{43}$/;
const MOST_DAYS = 730;

/** Links are encrypted under it, so it never leaves the server but for its owner. */
const secret: SecretRules = {
  make: (random) => `esk_${random(32).toString('base64url')}`,
  problemOf: (given) =>
    SECRET.test(given) ? null : 'is made by the server; leave it out, or give one that a server made',
};

const mappingShape = z.strictObject({
  ...surveyShape,
  invitations: z.boolean().optional(),
  validDays: z.int().min(1).max(MOST_DAYS).optional(),
});

/** Our own survey by mail: a link for each number, a page that confirms it. docs/connectors/email-link.md. */
export const emailLink: Connector & {
  reader(mapping: unknown, dimensions: readonly Dimension[]): EmailLinkReader;
} = {
  name: 'email-link',
  path: '/s/',
  secret,
  reader: (mapping, dimensions) => {
    const read = readSurvey(mappingShape, mapping, dimensions);
    const { invitations = false, validDays = 60 } = read;
    return { ...surveyReader('email-link', read, dimensions), invitations, validDays };
  },
};
