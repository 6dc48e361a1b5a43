import { parseWindow, windowAt } from '../../domain/time/time-windows.ts';

/** The kinds of questions that have a plan. */
export const KINDS = ['SCORE', 'CHANGE', 'WHY', 'COMPARE', 'THEMES', 'RANKING'] as const;
export type Kind = (typeof KINDS)[number];

/** What a question asks, filled. */
export interface Plan {
  readonly kind: Kind;
  /** Values by field of a dimension. */
  readonly segment: Readonly<Record<string, readonly string[]>>;
  /** ISO 8601 duration. */
  readonly window: string;
  /** Where the window ends, RFC 3339; null: now. */
  readonly asOf: string | null;
  /** Field of the dimension that it is divided by. */
  readonly groupBy: string | null;
  /** Of RANKING: the lowest or the highest first. */
  readonly direction: 'ASC' | 'DESC';
}

/** A dimension with the values that the caller may know. */
export interface KnownDimension {
  readonly field: string;
  readonly attribute: string;
  /** Its value of the enum Dimension. */
  readonly enumValue: string;
  readonly values: readonly string[];
}

/** "product line": a dimension as questions and answers name it. */
export const labelOf = ({ attribute }: KnownDimension): string => attribute.replaceAll('_', ' ');

/** A trusted document and its variables. */
export interface Filled {
  /** Of a tool of the Model Context Protocol; `narrative` is the document of this folder. */
  readonly document: 'scores' | 'change' | 'themes' | 'narrative';
  readonly variables: Readonly<Record<string, unknown>>;
}

/** The document of `WHY`, trusted as those of the tools are. */
export const NARRATIVE_DOCUMENT = `query AskNarrative($segment: SegmentInput, $window: Duration! = "P30D", $asOf: DateTime, $basis: Basis! = SURVEYED) {
  narrative(segment: $segment, window: $window, asOf: $asOf, basis: $basis, quotes: false) {
    sentences {
      text
      facts {
        id
        kind
        cites
      }
    }
    sheetHash
  }
}
`;

/** Rows of a ranking. */
const RANKED = 5;
/** Rows of a comparison. */
const COMPARED = 50;

/** The document of a plan with its arguments; nothing of the question's text is in it. */
export function fill(plan: Plan, dimensions: readonly KnownDimension[], now: number): Filled {
  const { kind, segment, window, asOf, groupBy, direction } = plan;
  const common = {
    ...(Object.keys(segment).length > 0 ? { segment } : {}),
    window,
    ...(asOf === null ? {} : { asOf }),
  };
  if (kind === 'WHY') return { document: 'narrative', variables: common };
  if (kind === 'THEMES') return { document: 'themes', variables: common };
  if (kind === 'CHANGE') return { document: 'change', variables: changeOf(plan, now) };
  const enumValue = dimensions.find(({ field }) => field === groupBy)?.enumValue;
  if (kind === 'SCORE' || enumValue === undefined) return { document: 'scores', variables: common };
  const order = kind === 'RANKING' ? { by: 'SCORE', direction } : { by: 'NAME', direction: 'ASC' };
  const first = kind === 'RANKING' ? RANKED : COMPARED;
  const variables = { ...common, groupBy: [enumValue], orderBy: [order], first };
  return { document: 'scores', variables };
}

/** The window and the one before it, by their edges. */
function changeOf({ segment, window, asOf }: Plan, now: number): Record<string, unknown> {
  const length = parseWindow(window);
  const after = windowAt(length, asOf === null ? now : Date.parse(asOf), 'UTC');
  const before = windowAt(length, after.from, 'UTC');
  const at = (time: number) => new Date(time).toISOString();
  return {
    ...(Object.keys(segment).length > 0 ? { segment } : {}),
    beforeFrom: at(before.from),
    beforeTo: at(before.until),
    afterFrom: at(after.from),
    afterTo: at(after.until),
  };
}
