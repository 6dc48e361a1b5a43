import { email } from './email.ts';
import { hubspot } from './hubspot.ts';
import { kafka } from './kafka.ts';
import { pagerduty } from './pagerduty.ts';
import { salesforce } from './salesforce.ts';
import { segment } from './segment.ts';
import { slack } from './slack.ts';
import type { TargetKind } from './target.ts';
import { teams } from './teams.ts';
import { webhook } from './webhook.ts';
import { zendesk } from './zendesk.ts';

/** The kinds of targets, by name. */
export const TARGET_KINDS: ReadonlyMap<string, TargetKind> = new Map(
  [webhook, slack, teams, pagerduty, email, hubspot, salesforce, zendesk, segment, kafka].map((one) => [
    one.kind,
    one,
  ]),
);
