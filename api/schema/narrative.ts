import type { Fact, FactKind } from '../../agents/narrator/fact.ts';
import { type Narrative, narrate } from '../../agents/narrator/narrate.ts';
import { readFactSheet } from '../../agents/narrator/sheet.ts';
import { assertZone, parseWindow, windowAt } from '../../domain/time/time-windows.ts';
import type { FieldCost } from '../gate/score-costs.ts';
import { LIMITS } from '../limits.ts';
import { access, momentOf, type TypeOf } from './builder.ts';
import { commonArguments } from './nps.ts';
import type { SchemaParts } from './types.ts';

const KINDS = ['SCORE', 'CHANGE', 'DRIVER', 'THEME'] as const satisfies readonly FactKind[];

interface Shown extends Narrative {
  readonly facts: readonly Fact[];
}
interface ShownSentence {
  readonly text: string;
  readonly facts: readonly Fact[];
}

/** Adds the query narrative and its types. */
export function addNarrative(schema: SchemaParts): void {
  const fact = addFact(schema);
  addQuery(schema, addNarrativeType(schema, fact));
}

function addFact({ builder }: SchemaParts): TypeOf<Fact> {
  const kind = builder.enumType('FactKind', { values: KINDS });
  return builder.objectRef<Fact>('NarrativeFact').implement({
    ...access('readScore'),
    description: 'One thing that a narrative says, with the ids that prove it.',
    fields: (t) => ({
      id: t.exposeString('id', { nullable: false, description: 'Its id within this narrative.' }),
      kind: t.field({ type: kind, nullable: false, resolve: (of) => of.kind as (typeof KINDS)[number] }),
      cites: t.exposeIDList('cites', {
        nullable: false,
        description: 'Ids that `trace`, `verify` and `node` take.',
      }),
      names: t.exposeStringList('names', {
        nullable: false,
        description: 'Values of dimensions, and themes, that it is about.',
      }),
      numbers: t.field({
        type: 'JSON',
        nullable: false,
        description:
          'Its numbers by name, rounded as they are written: score points, shares in percent, counts.',
        resolve: ({ numbers }) => numbers,
      }),
    }),
  });
}

function addNarrativeType({ builder }: SchemaParts, fact: TypeOf<Fact>): TypeOf<Shown> {
  const sentence = builder.objectRef<ShownSentence>('NarrativeSentence').implement({
    ...access('readScore'),
    fields: (t) => ({
      text: t.exposeString('text', { nullable: false }),
      facts: t.field({
        type: [fact],
        nullable: false,
        description: 'The facts that it says: every number and every name in it is of one of them.',
        resolve: ({ facts }) => [...facts],
      }),
    }),
  });
  return builder.objectRef<Shown>('Narrative').implement({
    ...access('readScore'),
    description: 'What happened in a window, in sentences that each cite their facts.',
    fields: (t) => ({
      sentences: t.field({
        type: [sentence],
        nullable: false,
        resolve: ({ sentences, facts }) =>
          sentences.map(({ text, facts: ids }) => ({
            text,
            facts: facts.filter(({ id }) => ids.includes(id)),
          })),
      }),
      sheetHash: t.exposeString('sheetHash', {
        nullable: false,
        description:
          'SHA-256 of the canonical JSON (RFC 8785) of its facts, in hex: equal facts have equal hashes.',
      }),
    }),
  });
}

function addQuery({ builder, types, dimensions }: SchemaParts, narrative: TypeOf<Shown>): void {
  // One change, one division by each dimension, and the themes.
  const cost: FieldCost = {
    points: (_args, inside) => 10 + 30 * dimensions.length + 30 + inside,
    says: '40, and 30 for each dimension',
  };
  builder.queryField('narrative', (t) =>
    t.field({
      ...access('readScore', cost),
      type: narrative,
      nullable: false,
      description:
        'What happened in the window that ends with the bucket holding `asOf` (default: now): the score, its change since the ' +
        'window before, the segments that contribute most to that change, and the themes that move the score. Made of what `nps`, ' +
        '`npsChange`, `drivers` and `themes` answer to this caller. Differences are associations: no sentence states a cause.',
      args: {
        segment: t.arg({ type: types.segment }),
        window: t.arg({ type: 'Duration', required: true, defaultValue: 'P30D' }),
        asOf: t.arg({ type: 'DateTime' }),
        basis: t.arg({ type: types.basis, required: true, defaultValue: 'SURVEYED' }),
        confidence: t.arg.float({ required: true, defaultValue: 0.95 }),
        timeZone: t.arg.string({ required: true, defaultValue: 'UTC' }),
      },
      resolve: async (_root, args, { deps, caller }) => {
        assertZone(args.timeZone);
        const length = parseWindow(args.window);
        const asOf = args.asOf ? momentOf('asOf', args.asOf) : deps.now();
        const window = windowAt(length, asOf, args.timeZone);
        const sheet = await readFactSheet(deps, caller.scope, {
          ...commonArguments(dimensions, args),
          window,
          before: windowAt(length, window.from, args.timeZone),
          by: dimensions.map(({ attribute }) => attribute),
          themes: caller.scope.grant('readPrediction') !== 'none',
          mostRows: LIMITS.rows,
        });
        return { ...narrate(sheet), facts: sheet.facts };
      },
    }),
  );
}
