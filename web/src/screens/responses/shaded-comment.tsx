import { useState } from 'react';
import type { Head } from '../../gql/graphql.ts';
import { useRead } from '../../lib/api.ts';
import { Picker } from '../../parts/picker.tsx';
import { ShadedText } from '../../parts/shaded-text.tsx';
import { EXPLANATION } from './documents.ts';

interface ShadedProps {
  readonly id: string;
  readonly comment: string;
  /** What the model decided, in words: "detractor", "negative". */
  readonly decided: Readonly<Record<Head, string>>;
}

/** The comment with each word shaded by its share in what the model decided: the class, or the sentiment. */
export function ShadedComment({ id, comment, decided }: ShadedProps) {
  const [head, setHead] = useState<Head>('NPS');
  const { data, error } = useRead(EXPLANATION, { id, head });
  const node = data?.node?.__typename === 'Response' && data.node.id === id ? data.node : null;
  const shares = node?.prediction?.explanation ?? [];
  return (
    <div className="stack">
      <ShadedText text={comment} shares={shares} toward={decided[head]} />
      {error ? (
        <p className="muted small">What the words gave to the decision could not be read.</p>
      ) : (
        <div className="row no-print">
          <Picker
            label="Why"
            options={[
              { id: 'NPS', label: decided.NPS },
              { id: 'SENTIMENT', label: decided.SENTIMENT },
            ]}
            value={[head]}
            onChange={([next]) => setHead(next as Head)}
          />
        </div>
      )}
    </div>
  );
}
