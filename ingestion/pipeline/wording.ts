import { createHash } from 'node:crypto';
import type { MappingVersion } from '../../domain/responses/normalised-response.ts';
import { composed } from '../../domain/text/composed.ts';
import type { MappingRegistry } from '../../store/responses/mappings.ts';

/*
 * A question that is worded differently may move a score by itself. So the wording is part of the survey's version: a changed one is another
 * node of the lineage, which the agent data-monitor notices. Only a hash is kept, because vendors put names of people into questions.
 */

/** Wordings of one version of a survey that are distinguished. More are no wordings: the question names each person, for example. */
const MOST_WORDINGS = 20;
/** Mappings of which wordings are remembered by this process. */
const REMEMBERED = 200;
const MARK = ', question ';

/** The version of a survey that asks in those words: "1, question 3fa2c1d8". */
export function versionAsked(version: string, question: string): string {
  const text = composed(question, 'NFC').replace(/\s+/g, ' ').trim();
  return `${version}${MARK}${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
}

/** The wordings of an open database. */
export class Wordings {
  readonly #registry: Pick<MappingRegistry, 'all'>;
  readonly #asked = new WeakMap<MappingVersion, Map<string, MappingVersion>>();

  constructor(registry: Pick<MappingRegistry, 'all'>) {
    this.#registry = registry;
  }

  /** The mapping whose survey has the wording in its version; as it is without a question, and where there are too many of them. */
  asked(mapping: MappingVersion, question: string | null): MappingVersion {
    if (question === null) return mapping;
    const { name, version: base } = mapping.survey;
    const version = versionAsked(base, question);
    const known = this.#asked.get(mapping) ?? new Map<string, MappingVersion>();
    this.#asked.set(mapping, known);
    const before = known.get(version);
    if (before) return before;
    if (this.#areTooMany(mapping, version)) return mapping;
    const worded = { ...mapping, survey: { name, version } };
    if (known.size >= REMEMBERED) known.clear();
    known.set(version, worded);
    return worded;
  }

  #areTooMany({ source, survey: { name, version: base } }: MappingVersion, version: string): boolean {
    const wordings = new Set(
      this.#registry
        .all()
        .filter((one) => one.source === source && one.surveyName === name)
        .map(({ surveyVersion }) => surveyVersion)
        .filter((one) => one.startsWith(`${base}${MARK}`)),
    );
    return !wordings.has(version) && wordings.size >= MOST_WORDINGS;
  }
}
