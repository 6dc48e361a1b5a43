import { type ReactNode, useEffect, useState } from 'react';
import type { LineageScoreQuery, ScoreAsKnownQuery } from '../../gql/graphql.ts';
import { useRead } from '../../lib/api.ts';
import { formatAnswers, formatCount, formatInterval, formatMoment, formatScore } from '../../lib/format.ts';
import { useParam } from '../../lib/url-state.ts';
import { Failed, Skeleton } from '../../parts/states.tsx';
import { KNOWN } from './documents.ts';
import { REASONS } from './words.ts';

const HOUR_MS = 3_600_000;
/** A slider that is still being moved asks nothing. */
const SETTLED_MS = 350;

type Row = NonNullable<LineageScoreQuery['npsRow']>;
type Known = ScoreAsKnownQuery['npsAsKnownAt'];

/** The score as it was known at an earlier moment, and what changed it since. The moment stands in the address. */
export function AsKnown({
  row,
  now,
  onOpen,
}: {
  readonly row: Row;
  readonly now: number;
  readonly onOpen: (id: string) => void;
}) {
  const [known, setKnown] = useParam('known');
  const first = Math.ceil(Date.parse(row.time) / HOUR_MS);
  const last = Math.floor(now / HOUR_MS);
  const chosen = known === null ? last : Math.round(Date.parse(known) / HOUR_MS);
  const [hour, setHour] = useState(Number.isNaN(chosen) ? last : chosen);
  useEffect(() => {
    if (hour === chosen) return;
    const settled = setTimeout(
      () => setKnown(hour >= last ? null : new Date(hour * HOUR_MS).toISOString(), { replace: true }),
      SETTLED_MS,
    );
    return () => clearTimeout(settled);
  }, [hour, chosen, last, setKnown]);
  const isWhole = [row.time, row.until].every((time) => Date.parse(time) % HOUR_MS === 0);
  if (!isWhole)
    return (
      <p className="small muted">
        What was known earlier is shown for windows of whole hours. This one begins or ends inside an hour.
      </p>
    );
  const text = hour >= last ? 'now' : formatMoment(hour * HOUR_MS);
  return (
    <div className="stack">
      <label className="lineage-slider">
        <span>
          As known at <strong data-testid="known-at">{text}</strong>
        </span>
        <input
          type="range"
          min={first}
          max={Math.max(last, first)}
          step={1}
          value={Math.min(Math.max(hour, first), last)}
          aria-valuetext={text}
          onChange={({ target }) => setHour(Number(target.value))}
        />
        <span className="spread small muted">
          <span>{formatMoment(first * HOUR_MS)}</span>
          <span>now</span>
        </span>
      </label>
      {known === null ? (
        <p className="small muted">
          Move it back to see the score as it was then, and what changed it since.
        </p>
      ) : (
        <Then id={row.id} knownAt={known} onOpen={onOpen} />
      )}
    </div>
  );
}

function Then({
  id,
  knownAt,
  onOpen,
}: {
  readonly id: string;
  readonly knownAt: string;
  readonly onOpen: (id: string) => void;
}) {
  const { data, error, isLoading, isStale, refresh } = useRead(KNOWN, { id, knownAt });
  if (error) return <Failed title="The earlier score could not be read" error={error} onRetry={refresh} />;
  if (isLoading || !data) return <Skeleton lines={4} />;
  return (
    <div className="stack" aria-busy={isStale} aria-live="polite" data-testid="known">
      <dl className="lineage-then">
        <Score title="Then" row={data.npsAsKnownAt.known} />
        <Score title="Now" row={data.npsAsKnownAt.now} />
      </dl>
      <Differences differences={data.npsAsKnownAt.differences} onOpen={onOpen} />
    </div>
  );
}

function Score({ title, row }: { readonly title: string; readonly row: Known['known'] }) {
  return (
    <div>
      <dt className="small muted">{title}</dt>
      <dd className="numbers">
        {row.responses ? (
          <>
            <strong>{formatScore(row.score, { sign: true })}</strong>{' '}
            <span className="small muted">
              {formatInterval(row.low, row.high)}, {formatAnswers(row.responses)}
            </span>
          </>
        ) : (
          'No answer was known.'
        )}
      </dd>
    </div>
  );
}

function Differences({
  differences,
  onOpen,
}: {
  readonly differences: Known['differences'];
  readonly onOpen: (id: string) => void;
}): ReactNode {
  if (differences.length === 0) return <p className="small">Nothing changed since.</p>;
  return (
    <ul className="lineage-differences">
      {differences.map(({ reason, responses, promoters, passives, detractors, facts }) => (
        <li key={reason}>
          <details>
            <summary>
              {formatAnswers(responses)} {REASONS[reason] ?? reason.toLowerCase()}
              <span className="small muted">
                {' '}
                ({signed(promoters)} promoters, {signed(passives)} passives, {signed(detractors)} detractors)
              </span>
            </summary>
            <ul className="lineage-members">
              {facts.map(({ responseId, known, now, recordedAt }) => (
                <li key={responseId}>
                  <button type="button" className="lineage-item" onClick={() => onOpen(responseId)}>
                    <span>
                      {classWord(known)} then, {classWord(now)} now
                    </span>
                    <span className="muted small">{formatMoment(recordedAt)}</span>
                  </button>
                </li>
              ))}
            </ul>
            {responses > facts.length ? (
              <p className="small muted">and {formatCount(responses - facts.length)} more</p>
            ) : null}
          </details>
        </li>
      ))}
    </ul>
  );
}

const signed = (count: number): string =>
  count > 0 ? `+${formatCount(count)}` : count < 0 ? `\u2212${formatCount(-count)}` : '0';
const classWord = (name: string | null | undefined): string => (name ? name.toLowerCase() : 'not counted');
