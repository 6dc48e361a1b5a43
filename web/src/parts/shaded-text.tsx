import { Fragment } from 'react';
import { formatScore } from '../lib/format.ts';
import './shaded-text.css';
import { type Piece, piecesOf, shadeOf, type TokenShare, wordShares } from './shaded-words.ts';

interface ShadedTextProps {
  readonly text: string;
  readonly shares: readonly TokenShare[];
  /** The class that shares are for: "detractor". */
  readonly toward: string | null;
}

/** A text shaded by what the model read, with a legend and the same as a list. */
export function ShadedText({ text, shares, toward }: ShadedTextProps) {
  const pieces = piecesOf(text, shares);
  const strongest = Math.max(0, ...pieces.map(({ share }) => Math.abs(share ?? 0)));
  const isShaded = strongest > 0 && toward !== null;
  return (
    <div className="shaded">
      <p className="shaded-text" dir="auto">
        {pieces.map(({ text: own, share, at }) => {
          const shade = shadeOf(share, strongest);
          return shade === 0 ? (
            <Fragment key={at}>{own}</Fragment>
          ) : (
            <mark key={at} className={`shade shade-${(share ?? 0) > 0 ? 'for' : 'against'}-${shade}`}>
              {own}
            </mark>
          );
        })}
      </p>
      {isShaded ? (
        <>
          <p className="shaded-legend small muted">
            <span className="shade shade-for-3" aria-hidden="true">
              shaded
            </span>{' '}
            speaks for {toward},{' '}
            <span className="shade shade-against-3" aria-hidden="true">
              underlined
            </span>{' '}
            against it; the stronger, the larger its share in the decision.
          </p>
          <ShareList pieces={pieces} shares={shares} toward={toward} />
        </>
      ) : null}
    </div>
  );
}

const MOST_LISTED = 20;

/** Every share with its word, features and the bias included: they add up to the logit. */
function ShareList({
  pieces,
  shares,
  toward,
}: {
  readonly pieces: readonly Piece[];
  readonly shares: readonly TokenShare[];
  readonly toward: string;
}) {
  const words = wordShares(pieces, shares);
  const listed = words.slice(0, MOST_LISTED);
  const sum = (some: readonly { readonly share: number }[]) =>
    some.reduce((total, { share }) => total + share, 0);
  const rest = words.slice(MOST_LISTED);
  return (
    <details className="small">
      <summary>The same as a list</summary>
      <table className="shaded-table">
        <caption className="sr">Share of each word in “{toward}”</caption>
        <thead>
          <tr>
            <th scope="col">Word</th>
            <th scope="col">Share</th>
          </tr>
        </thead>
        <tbody>
          {listed.map(({ word, share }, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a word may stand there twice
            <Line key={i} name={word} share={share} />
          ))}
          {rest.length > 0 ? <Line name={`${rest.length} more`} share={sum(rest)} /> : null}
        </tbody>
        <tfoot>
          <Line name="Together (logit)" share={sum(shares)} />
        </tfoot>
      </table>
    </details>
  );
}

function Line({ name, share }: { readonly name: string; readonly share: number }) {
  return (
    <tr>
      <th scope="row" dir="auto">
        {name}
      </th>
      <td className="numbers">{formatScore(share, { sign: true, digits: 2 })}</td>
    </tr>
  );
}
