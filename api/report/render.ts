import { total } from '../../domain/nps/nps.ts';
import { describeScale } from '../../domain/nps/scale.ts';
import type { Verification } from '../../proof/verdict.ts';
import type { ModelCard, ReportFacts } from './facts.ts';
import { html, type Markup, raw } from './html.ts';
import { lineagePicture } from './picture.ts';
import { STYLE } from './style.ts';

const METHODS = {
  SCORE: "Tango's score interval, for fewer than 30 answers",
  ADJUSTED_WALD: 'adjusted Wald interval (Rocks 2016), for 30 answers or more',
  CORRECTED: "corrected for the model's known confusion, whose uncertainty is included",
} as const;
const BASES = {
  SURVEYED: 'surveyed: the respondents gave the number',
  INFERRED: 'inferred: a model read the text',
  COMBINED: 'combined: the surveyed class where there is one, else the inferred one',
} as const;

const moment = (time: Date | number) => `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
const points = (value: number) => value.toFixed(1).replace('-', '−');

const NARROWED = html`<p class="narrowed">This number covers the cells that this reader may read. The report of another reader may state another number for this id.</p>`;

/** The report as one self-contained HTML page: no script, image or font from elsewhere. */
export function renderReport(facts: ReportFacts): string {
  const { label, reader, at, id } = facts;
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Score report: ${label}</title><style>${raw(STYLE)}</style></head>
<body><header><p class="kind">Scoreline · report of one score</p><h1>${label}</h1></header>
${reader.scope.allowsAll('readScore') ? '' : NARROWED}
${numberSection(facts)}${proofSection(facts.proof)}${sourcesSection(facts)}${modelSection(facts)}${decisionsSection(facts.decisions)}${lineageSection(facts)}
<footer><p>Made ${moment(at)} for ${reader.name} (${reader.role}) under policy version ${reader.policyVersion}: what this reader
may not see is not in it.</p><p class="id">${id}</p></footer></body></html>
`;
  return `${String(page).trim()}\n`;
}

const rows = (pairs: readonly (readonly [string, Markup | string | number | null])[]) =>
  html`<dl>${pairs.map(([term, value]) => html`<div><dt>${term}</dt><dd>${value ?? '—'}</dd></div>`)}</dl>`;

function numberSection({ score, name, dimensions }: ReportFacts): Markup {
  const interval = score?.interval;
  const level = `${Number((name.confidence * 100).toPrecision(6))} %`;
  const segment = dimensions.map(
    ({ attribute, field }) => [words(field), name.segment[attribute]?.join(' or ') ?? 'all'] as const,
  );
  const { counts = null } = score ?? {};
  return html`<section class="number"><div class="big"><p class="score">${numberOf(score)}</p>
<p>${interval ? html`${level} interval <b>${points(interval.low)} to ${points(interval.high)}</b>` : whyNone(score)}</p></div>
${rows([
  ['Window', `${moment(name.from)} to ${moment(name.until)}`],
  ...segment,
  ['Basis', BASES[name.basis]],
  ['Interval', interval ? METHODS[interval.method] : null],
  ['Answers', counts && total(counts)],
  ['Promoters', counts?.promoters ?? null],
  ['Passives', counts?.passives ?? null],
  ['Detractors', counts?.detractors ?? null],
])}</section>`;
}

function numberOf(score: ReportFacts['score']): string {
  return score?.score === null || score?.score === undefined ? '—' : points(score.score);
}

function whyNone(score: ReportFacts['score']): string {
  if (!score)
    return 'The model that inferred this score is no longer the champion, so the number is not shown.';
  if (score.suppressed)
    return 'Suppressed for this reader: too few people, or releases that the window or segment would divide.';
  return 'There are no responses that this reader may see.';
}

/** "productLine" as "Product line". */
function words(field: string): string {
  const text = field.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function proofSection(proof: Verification | null): Markup {
  if (!proof) {
    return html`<section><h2>Proof</h2><p class="verdict open">Not proven</p><p>This number was not recomputed from its
responses, nor checked against its seals.</p></section>`;
  }
  const good = proof.verdict.startsWith('VERIFIED');
  const { stated, recomputed } = proof;
  return html`<section><h2>Proof</h2><p class="verdict ${good ? 'good' : proof.verdict === 'MISMATCH' ? 'bad' : 'open'}">${proof.verdict.replaceAll('_', ' ').toLowerCase()}</p>
${proof.reason && html`<p>${proof.reason}</p>`}${rows([
  ['Stated', stated === null ? null : points(stated)],
  ['Recomputed', recomputed === null ? null : points(recomputed)],
  ['Responses checked', proof.responses],
  ['Erased since', proof.erased],
  ['Hour rollups', proof.rollups],
  ['Root', proof.root && html`<code>${proof.root}</code>`],
])}</section>`;
}

function table(
  checkpoints: readonly string[],
  lines: readonly (readonly (Markup | string | number | null)[])[],
): Markup {
  return html`<table><thead><tr>${checkpoints.map((head) => html`<th>${head}</th>`)}</tr></thead><tbody>${lines.map(
    (line) => html`<tr>${line.map((value) => html`<td>${value ?? '—'}</td>`)}</tr>`,
  )}</tbody></table>`;
}

function sourcesSection({ mappings }: ReportFacts): Markup {
  const lines = mappings.map(({ source, surveyName, surveyVersion, scale, key, recordedAt }) => [
    source,
    `${surveyName}, version ${surveyVersion}`,
    describeScale(scale),
    html`<code>${key}</code>`,
    moment(recordedAt),
  ]);
  return html`<section><h2>Sources and surveys</h2>${
    lines.length > 0
      ? table(['Source', 'Survey', 'Scale rule', 'Mapping version', 'In use since'], lines)
      : html`<p>None that this reader may see.</p>`
  }</section>`;
}

function modelSection({ cards, name }: ReportFacts): Markup {
  if (name.basis === 'SURVEYED')
    return html`<section><h2>Model</h2><p>None: the respondents gave the number themselves.</p></section>`;
  if (cards.length === 0)
    return html`<section><h2>Model</h2><p>No model has inferred anything in it.</p></section>`;
  return html`${cards.map((card, i) => cardSection(card, i === 0 ? 'Model' : 'The model that reads other languages beside it'))}`;
}

function cardSection({ model, features, whole }: ModelCard, heading: string): Markup {
  const trained =
    model.trainedAt && model.trainedAt.getTime() > 0 ? moment(model.trainedAt) : 'ships with Scoreline';
  const code = (hash: string) => html`<code>${hash}</code>`;
  return html`<section><h2>${heading}</h2>${rows([
    ['Version', `${model.id}, ${model.label}`],
    ['Stage', stageOf(model)],
    ['Trained', trained],
    ['Reads', model.languages.join(', ')],
    ['Encoder', html`${model.encoderName} ${code(model.encoderHash)}`],
    ['Artefact', code(model.key)],
  ])}
<h3>Features</h3>${table(
    ['Feature', 'From', 'What', 'Code'],
    features.map((one) => [
      `${one.name}, version ${one.version}`,
      one.source,
      one.description,
      code(one.codeHash),
    ]),
  )}${whole ? wholeModel(whole) : html`<p>This reader may not know what it was trained on, how it was judged, nor who approved it.</p>`}</section>`;
}

/** The stage, and for what it reads as a companion. */
function stageOf({ stage, companionOf }: ModelCard['model']): string {
  const beside = companionOf
    .filter((one) => one.stage === 'CHAMPION' || one.stage === 'SHADOW')
    .map((one) => `, in use beside version ${one.id}, the ${one.stage.toLowerCase()}`);
  return `${stage.toLowerCase()}${beside.join('')}`;
}

type WholeCard = NonNullable<ModelCard['whole']>;

function wholeModel({ trainingSets, history, reviews, evaluation }: WholeCard): Markup {
  const sets = trainingSets.map(({ head, examples, description, hash }) => [
    head,
    examples,
    description,
    html`<code>${hash}</code>`,
  ]);
  return html`<h3>Trained on</h3>${table(['Head', 'Examples', 'What', 'SHA-256'], sets)}
<h3>Evaluation, on examples that no part of it saw</h3>${evaluationTable(evaluation)}
<h3>Approvals</h3>${approvals(history)}
<h3>Reviews of them</h3>${reviewsOf(reviews)}`;
}

/** Who approved it at each stage, and why. */
function approvals(history: WholeCard['history']): Markup {
  const lines = history.map(({ from, to, cause, actor, reason, recordedAt }) => [
    moment(recordedAt),
    `${from ? `${from.toLowerCase()} to ` : ''}${to.toLowerCase()} (${cause})`,
    actor,
    reason,
  ]);
  return table(['When', 'Stage', 'Who', 'Why'], lines);
}

/** Reviews of it. */
function reviewsOf(reviews: WholeCard['reviews']): Markup {
  if (reviews.length === 0) return html`<p>These decisions have no reviews by others.</p>`;
  const lines = reviews.map(({ at, to, verdict, by, reason }) => [
    moment(at),
    to.toLowerCase(),
    verdict.toLowerCase(),
    by,
    reason,
  ]);
  return table(['When', 'Stage', 'Verdict', 'Who', 'Why'], lines);
}

/** The numbers of the evaluation by head; its tables (confusion, reliability) are left to the query. */
function evaluationTable(evaluation: unknown): Markup {
  const checkpoints = Object.entries((evaluation ?? {}) as Record<string, Record<string, unknown>>);
  const lines = checkpoints.flatMap(([head, report]) =>
    Object.entries(report ?? {}).flatMap(([measure, value]) =>
      typeof value === 'number' || typeof value === 'string'
        ? [[head, words(measure), typeof value === 'number' ? Number(value.toPrecision(4)) : value]]
        : [],
    ),
  );
  return lines.length > 0 ? table(['Head', 'Measure', 'Value'], lines) : html`<p>None is kept.</p>`;
}

/** What agents decided about this score. */
function decisionsSection({ shown, isCut }: ReportFacts['decisions']): Markup {
  const heading = html`<h2>Decisions of agents</h2>`;
  if (shown.length === 0)
    return html`<section>${heading}<p>None about this score that this reader may see.</p></section>`;
  const lines = shown.map(({ decision, replayed }) => {
    const { action = null } = decision.decision as { readonly action?: unknown };
    return [
      moment(decision.decidedAt),
      html`<code>${decision.id}</code>`,
      `${decision.agent}, ${decision.policy}`,
      html`<code>${decision.inputHash}</code>`,
      action === null ? 'nothing' : html`<code>${JSON.stringify(action)}</code>`,
      decision.reason,
      decision.state.toLowerCase(),
      replayed.same ? 'the same decision' : `not the same: ${replayed.reason}`,
    ];
  });
  return html`<section>${heading}<p>Each was computed again from its stored inputs for this report.${
    isCut ? ` These are the newest ${shown.length}.` : ''
  }</p>${table(
    [
      'When',
      'Decision',
      'Agent and version',
      'SHA-256 of inputs',
      'Action',
      'Reason',
      'State',
      'Computed again',
    ],
    lines,
  )}</section>`;
}

function lineageSection({ trace }: ReportFacts): Markup {
  return html`<section class="lineage"><h2>Where it comes from</h2>
<p>${trace.complete ? 'The lineage is complete.' : html`The lineage is not complete: ${trace.reason}.`}
Arrows lead from what was made to what it was made of.</p>
<figure>${lineagePicture(trace)}</figure></section>`;
}
