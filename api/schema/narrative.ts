import { FACT_KINDS, type Fact, type Sentence } from '../../agents/narrator/fact.ts';
import { type Narrative, narrate } from '../../agents/narrator/narrate.ts';
import { REWRITE_REFUSALS } from '../../agents/narrator/rewrite.ts';
import { readFactSheet } from '../../agents/narrator/sheet.ts';
import { assertZone, parseWindow, windowAt } from '../../domain/time/time-windows.ts';
import type { FieldCost } from '../gate/score-costs.ts';
import { LIMITS } from '../limits.ts';
import { noteWithheld, pathOf } from '../masking.ts';
import { access, momentOf, type TypeOf } from './builder.ts';
import { addQuotes, MOST_QUOTED_FROM } from './narrative-quotes.ts';
import { rewriteFor } from './narrative-rewrite.ts';
import { commonArguments } from './nps.ts';
import type { SchemaParts, ShownSentence } from './types.ts';

interface Shown extends Narrative {
  readonly facts: readonly Fact[];
}
/** The sentences with their facts instead of ids of these. */
export const shownSentences = (sentences: readonly Sentence[], facts: readonly Fact[]): ShownSentence[] =>
  sentences.map(({ text, facts: ids }) => ({ text, facts: facts.filter(({ id }) => ids.includes(id)) }));

/** Adds the query narrative and its types. */
export function addNarrative(schema: SchemaParts): void {
  const fact = addFact(schema);
  addQuery(schema, addNarrativeType(schema, fact));
}

function addFact({ builder }: SchemaParts): TypeOf<Fact> {
  const kind = builder.enumType('FactKind', { values: FACT_KINDS });
  return builder.objectRef<Fact>('NarrativeFact').implement({
    ...access('readScore'),
    description: 'One thing that a narrative says, with the ids that prove it.',
    fields: (t) => ({
      id: t.exposeString('id', { nullable: false, description: 'Its id within this narrative.' }),
      kind: t.expose('kind', { type: kind, nullable: false }),
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
      quote: t.string({
        ...access('readComment'),
        description: 'Of a quote: words of a comment, without identifiers of people; null for other facts.',
        resolve: ({ quote }, _args, context, info) => {
          if (context.caller.scope.grant('readComment') === 'none')
            noteWithheld(context, 'readComment', pathOf(info.path));
          return quote;
        },
      }),
    }),
  });
}

function addNarrativeType({ builder, types }: SchemaParts, fact: TypeOf<Fact>): TypeOf<Shown> {
  const writer = builder.enumType('NarrativeWriter', { values: ['TEMPLATE', 'MODEL'] as const });
  const refusal = builder.enumType('NarrativeRefusal', {
    description: 'What is wrong with a sentence of a model; OMITTED: the score or its change is left out.',
    values: REWRITE_REFUSALS,
  });
  types.narrativeSentence.implement({
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
        type: [types.narrativeSentence],
        nullable: false,
        resolve: ({ sentences, facts }) => shownSentences(sentences, facts),
      }),
      by: t.expose('by', {
        type: writer,
        nullable: false,
        description: 'Who wrote it. MODEL only where `rewrite` asked for it and the text passed the check.',
      }),
      model: t.exposeString('model', { description: 'The model that was asked; null: none.' }),
      refused: t.field({
        type: [refusal],
        nullable: false,
        description:
          "Why the model's text is not shown: one for each sentence that does not say what its facts say.",
        resolve: ({ refused }) => [...refused],
      }),
      failure: t.expose('failure', {
        type: types.languageModelFailure,
        description: 'Why the model has not written, where `rewrite` asked for it.',
      }),
      sheetHash: t.exposeString('sheetHash', {
        nullable: false,
        description:
          'SHA-256 of the canonical JSON (RFC 8785) of its facts, in hex: equal facts have equal hashes.',
      }),
    }),
  });
}

/** As for a search of as many responses. */
const QUOTES_POINTS = MOST_QUOTED_FROM / 2;
const REWRITE_POINTS = 200;

function addQuery({ builder, types, dimensions }: SchemaParts, narrative: TypeOf<Shown>): void {
  // One change, one division by each dimension, and the themes.
  const cost: FieldCost = {
    points: ({ quotes, rewrite }, inside) =>
      40 + 30 * dimensions.length + (quotes ? QUOTES_POINTS : 0) + (rewrite ? REWRITE_POINTS : 0) + inside,
    says: `40, 30 for each dimension, ${QUOTES_POINTS} with \`quotes\`, and ${REWRITE_POINTS} with \`rewrite\``,
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
        quotes: t.arg.boolean({
          required: true,
          defaultValue: true,
          description: 'Whether an answer is quoted for each theme, where the caller may read comments.',
        }),
        rewrite: t.arg.boolean({
          required: true,
          defaultValue: false,
          description:
            'Whether the language model of the deployment, if there is one, writes the text. It is given the facts alone, and ' +
            'comments only where `sendComments` is granted; a text that says anything else than its facts is refused.',
        }),
      },
      resolve: async (_root, args, context, info) => {
        const { deps, caller } = context;
        assertZone(args.timeZone);
        const length = parseWindow(args.window);
        const asOf = args.asOf ? momentOf('asOf', args.asOf) : deps.now();
        const window = windowAt(length, asOf, args.timeZone);
        const common = commonArguments(dimensions, args);
        const plain = await readFactSheet(deps, caller.scope, {
          ...common,
          window,
          before: windowAt(length, window.from, args.timeZone),
          by: dimensions.map(({ attribute }) => attribute),
          themes: caller.scope.grant('readPrediction') !== 'none',
          mostRows: LIMITS.rows,
        });
        const sheet = args.quotes
          ? await addQuotes(context, plain, { segment: common.segment, window }, pathOf(info.path))
          : plain;
        const text = args.rewrite ? await rewriteFor(context, sheet) : narrate(sheet);
        return { ...text, facts: sheet.facts };
      },
    }),
  );
}
