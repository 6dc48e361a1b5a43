import type { NpsClass } from '../gql/graphql.ts';
import './score-chip.css';

interface ScoreChipProps {
  /** As answered; null where there is only a comment. */
  readonly score: number | null;
  readonly npsClass: NpsClass | Lowercase<NpsClass> | null;
}

/** What a person answered: the number, and its class by shape and colour. */
export function ScoreChip({ score, npsClass }: ScoreChipProps) {
  const word = npsClass?.toLowerCase();
  return (
    <span className={`score-chip score-chip-${word ?? 'none'}`} title={word ?? 'no score'}>
      {score ?? '\u2013'}
      <span className="sr">{word ? `, ${word}` : ', no score'}</span>
    </span>
  );
}
