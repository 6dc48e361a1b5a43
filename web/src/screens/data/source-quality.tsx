import { useState } from 'react';
import { Link } from 'wouter';
import { formatDay } from '../../lib/format.ts';
import { useNodeHref } from '../../lib/node-href.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { Button } from '../../parts/button.tsx';
import { Drawer } from '../../parts/drawer.tsx';
import { Icon } from '../../parts/icon.tsx';
import {
  clockWords,
  itemsWords,
  missingWords,
  problemsOf,
  type Quality,
  silenceWords,
  volumeProblem,
  volumeWords,
} from './quality-words.ts';
import { fieldWords } from './wizard/words.ts';

interface QualityProps {
  readonly name: string;
  readonly quality: Quality;
}

/** What is unusual about the data of a source, and a drawer with all that is known. */
export function SourceQuality({ name, quality }: QualityProps) {
  const [isOpen, setOpen] = useState(false);
  const problems = problemsOf(quality);
  const isKnown = quality.yesterday.verdict !== 'NOT_KNOWN_YET';
  const words = problems.length > 0 ? problems.join(', ') : isKnown ? 'As usual' : 'No history yet';
  return (
    <>
      <Button look="quiet" label={`Data quality of ${name}: ${words}`} onPress={() => setOpen(true)}>
        {problems.length > 0 ? <Icon name="warning" /> : null} {words}
      </Button>
      <Drawer
        title={`Data quality of ${name}`}
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        testId="quality"
      >
        <Facts quality={quality} />
      </Drawer>
    </>
  );
}

function Facts({ quality }: Pick<QualityProps, 'quality'>) {
  const href = useNodeHref();
  const { dimensions } = useViewer();
  const named = (name: string) => dimensions.find(({ field }) => field === name)?.label ?? fieldWords(name);
  const { today, yesterday, missing, wordings } = quality;
  return (
    <dl className="source-quality">
      <dt>Volume</dt>
      <dd>
        <Judged problem={volumeProblem(today)} text={volumeWords(today, 'today')} />
        <Judged problem={volumeProblem(yesterday)} text={volumeWords(yesterday, 'yesterday')} />
        <p className="muted small">Days are those of UTC.</p>
      </dd>
      <dt>Silence</dt>
      <dd>
        <Judged problem={quality.stale ? 'Silent' : null} text={silenceWords(quality)} />
      </dd>
      <dt>Rejected and sent again</dt>
      <dd>{itemsWords(quality)}</dd>
      <dt>Missing fields</dt>
      <dd>
        {missing.length === 0 ? (
          'Every field has a value, as far as answers were looked at.'
        ) : (
          <ul>
            {missing.map(({ field, share }) => (
              <li key={field}>
                {named(field)}: {missingWords(share)}
              </li>
            ))}
          </ul>
        )}
      </dd>
      <dt>Clock</dt>
      <dd>{clockWords(quality)}</dd>
      <dt>Survey versions</dt>
      <dd>
        <ul>
          {wordings.map(({ node, survey, version, firstSeenAt, isNew }) => {
            const to = href(node);
            const words = `${survey}, version ${version}`;
            return (
              <li key={node}>
                {to ? <Link href={to}>{words}</Link> : words}, since {formatDay(firstSeenAt)}
                {isNew ? <strong> (new: the score may move by the wording alone)</strong> : null}
              </li>
            );
          })}
        </ul>
      </dd>
    </dl>
  );
}

function Judged({ problem, text }: { readonly problem: string | null; readonly text: string }) {
  return (
    <p>
      {problem ? (
        <strong>
          <Icon name="warning" /> {problem}:{' '}
        </strong>
      ) : null}
      {text}
    </p>
  );
}
