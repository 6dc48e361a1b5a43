import { z } from 'zod';
import { PACK_NAMES, type RedactionRules } from '../domain/privacy/redact.ts';
import { isCountry } from '../domain/privacy/redaction/numbering-plans.ts';
import { NAME_BOUNDS } from '../domain/responses/normalised-response.ts';
import { DEFAULT_CELL_LIMITS } from '../domain/segments/cell-filing.ts';
import { namedValues } from '../domain/text/named-values.ts';
import { parseWindow } from '../domain/time/time-windows.ts';
import { agentSettings } from './agent-settings.ts';
import { place } from './allowed-places.ts';
import { flagSettings } from './flag-settings.ts';
import { gateSettings } from './gate-settings.ts';
import { llmSettings } from './llm.ts';
import { retentionSettings } from './retention-settings.ts';

/** Minutes or hours as milliseconds: responses come late by hours, not by months. */
function sealDelay(text: string, context: z.RefinementCtx): number {
  try {
    const { unit, count } = parseWindow(text);
    if (unit === 'minutes') return count * 60_000;
    if (unit === 'hours') return count * 3_600_000;
  } catch {
    // Reported below.
  }
  context.addIssue({ code: 'custom', message: 'must be a duration in minutes or hours, such as "PT1H"' });
  return z.NEVER;
}

const country = z
  .string()
  .transform((code) => code.toUpperCase())
  .refine(isCountry, 'is not the two-letter code of a country, such as "DE"');
const pack = z
  .string()
  .refine((name) => PACK_NAMES.includes(name), `is not a pack; there are ${PACK_NAMES.join(', ')}`);

const names = z.number().int().min(1).max(1_000_000);

/** The entries of scoreline.config.ts. */
export const deployment = z.strictObject({
  dimensions: z.array(
    z.strictObject({
      field: z.string(),
      description: z.string().optional(),
      values: z.array(z.string().max(200)).optional(),
      others: z.enum(['reject', 'file']).optional(),
    }),
  ),
  formerDimensions: z.array(z.string()).default([]),
  smallestCount: z.number().int().min(1).max(1_000).default(5),
  review: z
    .strictObject({
      sample: z.number().min(0).max(1).default(0),
      lowConfidence: z.number().min(0).max(1).default(0),
      contradictions: z.boolean().default(false),
      decisions: z.boolean().default(false),
      approvals: z.number().int().min(1).max(5).default(1),
    })
    .prefault({}),
  jwt: z
    .strictObject({
      role: z.string().min(1),
      attributes: namedValues(z.string(), z.string().min(1)).default({}),
      sources: z.string().min(1).optional(),
    })
    .optional(),
  cellLimit: z.number().int().min(1).max(1_000_000).default(DEFAULT_CELL_LIMITS.limit),
  cellShares: z
    .strictObject({
      perKey: z.number().gt(0).max(1).default(DEFAULT_CELL_LIMITS.perKey),
      perSource: z.number().gt(0).max(1).default(DEFAULT_CELL_LIMITS.perSource),
      perMinute: z.number().int().min(1).max(1_000_000).default(DEFAULT_CELL_LIMITS.perMinute),
    })
    .prefault({}),
  nameBounds: z
    .strictObject({
      sources: names.default(NAME_BOUNDS.sources),
      surveys: names.default(NAME_BOUNDS.surveys),
      mappings: names.default(NAME_BOUNDS.mappings),
      mappingBytes: z.number().int().min(1_024).max(1_073_741_824).default(NAME_BOUNDS.mappingBytes),
      minute: names.default(NAME_BOUNDS.minute),
    })
    .prefault({}),
  redaction: z
    .strictObject({
      countries: z.array(country).max(30).default([]),
      packs: z.array(pack).default([...PACK_NAMES]),
      names: z.enum(['on', 'off']).default('off'),
      keep: z.array(z.string().trim().min(1).max(200)).max(1_000).default([]),
    })
    .prefault({})
    .transform(({ packs, names, keep, ...rules }) => ({
      rules: { ...rules, packs: new Set(packs) } satisfies RedactionRules,
      names: names === 'on' ? { kept: keep } : null,
    })),
  limits: gateSettings,
  sealAfter: z.string().default('PT1H').transform(sealDelay),
  audit: z.strictObject({ aggregates: z.boolean().default(false) }).default({ aggregates: false }),
  themePrecision: namedValues(
    z.string(),
    z.literal([0.5, 0.6, 0.7, 0.8, 0.9, 0.95], 'must be one of 0.5, 0.6, 0.7, 0.8, 0.9, 0.95'),
  ).default({}),
  targets: z.strictObject({ allow: z.array(place).max(200).default([]) }).prefault({}),
  connections: z.strictObject({ allow: z.array(place).max(200).default([]) }).prefault({}),
  agents: agentSettings,
  flags: flagSettings,
  llm: llmSettings,
  retention: retentionSettings,
});
