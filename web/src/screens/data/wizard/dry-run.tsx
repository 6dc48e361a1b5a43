import { formatCount, formatMoment, TEXT_DIRECTION } from '../../../lib/format.ts';
import type { DimensionInfo } from '../../../lib/viewer.tsx';
import { ScoreChip } from '../../../parts/score-chip.tsx';
import type { DryRun } from '../upload-client.ts';
import { reasonWords, rowWords } from './words.ts';

/** What an import would do: counts, rejected rows, cells that appear, the first answers as they would stand. */
export function DryRunResult({
  run,
  dimensions,
}: {
  readonly run: DryRun;
  readonly dimensions: readonly DimensionInfo[];
}) {
  const { accepted, duplicates, rejected, filtered, blank, isWhole, rows, reasons, rejects, firstDoubts } =
    run;
  return (
    <div className="dry-run">
      <dl className="counts">
        <Count name="accepted" value={accepted} tone="good" />
        <Count name={duplicates === 1 ? 'duplicate' : 'duplicates'} value={duplicates} />
        <Count name="rejected" value={rejected} tone={rejected > 0 ? 'bad' : undefined} />
        {filtered > 0 ? <Count name="left out" value={filtered} /> : null}
        {blank > 0 ? <Count name={blank === 1 ? 'blank row' : 'blank rows'} value={blank} /> : null}
      </dl>
      <p className="muted">
        {isWhole
          ? `All ${formatCount(rows)} rows were read. Nothing was stored. Whether an answer is stored already is checked during the import.`
          : `The first ${formatCount(rows)} rows were read; the file has more. Nothing was stored.`}
      </p>
      {firstDoubts.map((doubt) => (
        <p key={doubt} className="notice" role="note">
          In doubt: {doubt}
        </p>
      ))}
      {rejected > 0 ? (
        <section aria-labelledby="rejected-rows">
          <h3 id="rejected-rows">Rejected rows</h3>
          <p className="muted">
            {Object.entries(reasons)
              .map(([code, count]) => `${formatCount(count)}: ${reasonWords(code)}`)
              .join('; ')}
          </p>
          <div className="wizard-table">
            <table>
              <thead>
                <tr>
                  <th scope="col" className="numeric">
                    Line
                  </th>
                  <th scope="col">Why</th>
                </tr>
              </thead>
              <tbody>
                {rejects.map(({ line, item, message }) => (
                  <tr key={`${line} ${item ?? ''} ${message}`}>
                    <td className="numeric">{item === undefined ? line : `${line} (item ${item})`}</td>
                    <td>{rowWords(message)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {rejected > rejects.length ? (
            <p className="muted">
              {formatCount(rejected - rejects.length)} more. The import keeps a list of all of them.
            </p>
          ) : null}
        </section>
      ) : null}
      <FirstAnswers run={run} dimensions={dimensions} />
      <Cells run={run} dimensions={dimensions} />
    </div>
  );
}

function Count({
  name,
  value,
  tone,
}: {
  readonly name: string;
  readonly value: number;
  readonly tone?: 'good' | 'bad' | undefined;
}) {
  return (
    <div data-tone={tone}>
      <dt>{name}</dt>
      <dd>{formatCount(value)}</dd>
    </div>
  );
}

function FirstAnswers({
  run: { firstRows },
  dimensions,
}: {
  readonly run: DryRun;
  readonly dimensions: readonly DimensionInfo[];
}) {
  if (firstRows.length === 0) return null;
  const used = dimensions.filter(({ field }) =>
    firstRows.some(({ values }) => (values[field] ?? 'unknown') !== 'unknown'),
  );
  return (
    <section aria-labelledby="first-answers">
      <h3 id="first-answers">The first {firstRows.length} answers as they would stand</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard must reach it. */}
      <section className="wizard-table" tabIndex={0} aria-label="First answers">
        <table>
          <thead>
            <tr>
              <th scope="col" className="numeric">
                Line
              </th>
              <th scope="col">Answered</th>
              <th scope="col">Score</th>
              {used.map(({ field, label }) => (
                <th scope="col" key={field}>
                  {label}
                </th>
              ))}
              <th scope="col">Comment</th>
            </tr>
          </thead>
          <tbody>
            {firstRows.map(({ line, externalId, answeredAt, score, class: npsClass, values, comment }) => (
              <tr key={`${line} ${externalId}`}>
                <td className="numeric">{line}</td>
                <td className="nowrap">{formatMoment(answeredAt)}</td>
                <td className="nowrap">
                  {score === null ? (
                    <span className="muted">none</span>
                  ) : (
                    <ScoreChip score={score} npsClass={npsClass} />
                  )}
                </td>
                {used.map(({ field }) => (
                  <td key={field} {...TEXT_DIRECTION}>
                    {values[field]}
                  </td>
                ))}
                <td className="comment-cell" {...TEXT_DIRECTION}>
                  {comment ?? <span className="muted">no comment</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

function Cells({
  run: { cells },
  dimensions,
}: {
  readonly run: DryRun;
  readonly dimensions: readonly DimensionInfo[];
}) {
  if (cells.count === 0) return null;
  const appear = cells.shown.filter(({ isNew }) => isNew === true).length;
  const known = cells.shown.some(({ isNew }) => isNew !== null);
  return (
    <details className="cells">
      <summary>
        {formatCount(cells.count)} {cells.count === 1 ? 'segment' : 'segments'}
        {known && appear > 0
          ? `, ${appear === cells.shown.length && cells.count === appear ? 'all' : `at least ${formatCount(appear)}`} of them new`
          : ''}
      </summary>
      {cells.rowsBeyond > 0 ? (
        <p className="notice">
          {formatCount(cells.rowsBeyond)} rows are in more segments than may be stored: what is new in them
          becomes “other”.
        </p>
      ) : null}
      <ul>
        {cells.shown.map(({ values, rows, isNew }) => (
          <li key={JSON.stringify(values)}>
            <span className="numeric">{formatCount(rows)}</span>{' '}
            {dimensions
              .map(({ field }) => values[field])
              .filter((value) => value && value !== 'unknown')
              .join(' · ') || 'without dimensions'}
            {isNew ? <span className="badge">new</span> : null}
          </li>
        ))}
      </ul>
    </details>
  );
}
