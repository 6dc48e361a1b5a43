import { type Change, changeWords, directionOf, pValueWords } from '../lib/change-words.ts';
import './verdict-words.css';

/** A change in words, with a sign only where its interval carries it. */
export function VerdictWords({ change }: { readonly change: Change }) {
  const direction = directionOf(change);
  return (
    <span className={`verdict verdict-${direction}`} title={pValueWords(change.pValue)}>
      {direction === 'up' ? <span aria-hidden="true">▲ </span> : null}
      {direction === 'down' ? <span aria-hidden="true">▼ </span> : null}
      {changeWords(change)}
    </span>
  );
}
