import { attributeOf } from '../segments/dimensions.ts';
import { keptSince } from '../time/kept-since.ts';

/*
 * How long what is kept: rules by kind, by source and by dimension (decision 0168). Every rule applies, so of two about the same the
 * shorter one decides.
 */

/** What the retention agent deletes, in that order: what goes with a response needs no batch of its own. */
export const RETAINED_KINDS = ['responses', 'dimensions', 'comments', 'outcomes', 'sourceEvents'] as const;
export type RetainedKind = (typeof RETAINED_KINDS)[number];
/** What a rule can be about: `quarantine` expires by the moment that is stored with each item. */
export const RETAINED_FIELDS = [...RETAINED_KINDS, 'quarantine'] as const;
export type RetainedField = (typeof RETAINED_FIELDS)[number];

/** What a rule is about. */
export interface Retained {
  readonly what: RetainedField;
  /** null: of every source. */
  readonly source: string | null;
  /** Of `dimensions`: which, as stored (snake_case). */
  readonly dimension: string | null;
}

/** A rule: what is older than the period goes. */
export interface RetentionRule extends Retained {
  /** ISO 8601 duration. */
  readonly keep: string;
}

/** Periods of one source, or of all, as configured. */
type Periods = Readonly<Partial<Record<Exclude<RetainedField, 'dimensions'>, string | undefined>>> & {
  /** By the name of the dimension as configured. */
  readonly dimensions?: Readonly<Record<string, string>> | undefined;
};
/** The periods of the configuration file: of every source, and of named ones. */
export type Retention = Periods & { readonly sources?: Readonly<Record<string, Periods>> | undefined };

/** The rules that the configuration file declares. */
export function configuredRules(retention: Retention): RetentionRule[] {
  const named = Object.entries(retention.sources ?? {}).map(([source, of]) => [source, of] as const);
  return [[null, retention] as const, ...named].flatMap(([source, of]) =>
    RETAINED_FIELDS.flatMap((what): RetentionRule[] => {
      if (what === 'dimensions')
        return Object.entries(of.dimensions ?? {}).map(([field, keep]) => ({
          ...{ what, source, keep },
          dimension: attributeOf(field),
        }));
      const keep = of[what];
      return keep === undefined ? [] : [{ what, source, dimension: null, keep }];
    }),
  );
}

const isAbout = (rule: Retained, { what, source, dimension }: Retained) =>
  rule.what === what && rule.dimension === dimension && (rule.source === null || rule.source === source);

/** The rule that decides about something: of those that apply to it, the one with the shortest period. Null: none does. */
export function decidingRule<Rule extends RetentionRule>(
  rules: readonly Rule[],
  about: Retained,
  now: number,
): Rule | null {
  const until = ({ keep }: Rule) => keptSince(now, keep).getTime();
  return rules
    .filter((rule) => isAbout(rule, about))
    .reduce<Rule | null>((one, rule) => (one === null || until(rule) > until(one) ? rule : one), null);
}

/** The rules without those that another one makes idle, in the order in which they are carried out. */
export function rulesToApply<Rule extends RetentionRule>(rules: readonly Rule[], now: number): Rule[] {
  const place = ({ what }: Rule) => RETAINED_FIELDS.indexOf(what);
  return rules
    .filter((rule) => decidingRule(rules, rule, now) === rule)
    .sort((a, b) => place(a) - place(b) || (nameOfRetained(a) < nameOfRetained(b) ? -1 : 1));
}

/** "comments", "comments of shop", "dimension region of shop": a name without blanks at its ends. */
export function nameOfRetained({ what, source, dimension }: Retained): string {
  const kind = what === 'dimensions' ? `dimension ${dimension}` : what;
  return source === null ? kind : `${kind} of ${source}`;
}
