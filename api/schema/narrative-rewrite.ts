import type { Fact, FactSheet } from '../../agents/narrator/fact.ts';
import { hashOf, type Narrative, narrate } from '../../agents/narrator/narrate.ts';
import {
  PROMPT_HASH,
  PROMPT_VERSION,
  questionOf,
  rewrite,
  withoutQuotes,
} from '../../agents/narrator/rewrite.ts';
import { visibleCells } from '../../domain/access/scope.ts';
import type { ApiContext } from '../context.ts';
import { askModel, noteAnswer } from '../language-model.ts';

const keyOf = ({ cites }: Fact) => cites[0]?.replace(/^Response:/, '') ?? '';

/**
 * Has the configured model rewrite a sheet for the caller. Quotes leave only where the caller may send comments; the others stand in
 * the text as the templates write them.
 */
export async function rewriteFor(context: ApiContext, sheet: FactSheet): Promise<Narrative> {
  const access = context.deps.languageModel;
  const plain = narrate(sheet);
  if (!access) return { ...plain, failure: 'NO_ENDPOINT' };
  const responses = await context.responses.loadMany(
    sheet.facts.filter(({ kind }) => kind === 'QUOTE').map(keyOf),
  );
  const mayLeave = new Set(
    responses.flatMap((row) => {
      if (row === null || row instanceof Error) return [];
      const cell = context.deps.cells.get(row.cellId);
      return cell && context.caller.scope.allows('sendComments', cell) ? [row.id] : [];
    }),
  );
  const sent = withoutQuotes(sheet, (fact) => mayLeave.has(keyOf(fact)));
  if (sent.facts.length === 0) return plain;
  const ask = () =>
    askModel(context, access, {
      question: questionOf(sent),
      prompt: PROMPT_VERSION,
      promptHash: PROMPT_HASH,
      comments: sent.facts.filter(({ kind }) => kind === 'QUOTE').map(keyOf),
      facts: { sheetHash: plain.sheetHash, sentHash: hashOf(sent) },
    });
  const { sentences, by, refused, failure } = await rewrite(ask, {
    sheet,
    sent,
    others: await otherNames(context),
  });
  const { sheetHash } = plain;
  await noteAnswer(context, PROMPT_VERSION, { model: access.model.name, sheetHash, by, refused, failure });
  return { sentences, by, refused, failure, sheetHash, model: access.model.name };
}

/** Names that the caller knows, and a text over other facts may not write. */
async function otherNames({ deps, caller }: ApiContext): Promise<string[]> {
  const cells = visibleCells(caller.scope, ['readScore'], deps.cells, {});
  const values = new Set(cells.flatMap(({ attributes }) => Object.values(attributes)));
  const { model } = await deps.scoring.model(null);
  return [...values, ...model.themes.map(({ name }) => name)];
}
