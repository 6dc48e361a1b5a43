import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useScreenHref } from '../lib/open-screens.ts';
import { useView } from '../lib/url-state.ts';
import { Button } from './button.tsx';
import { Empty } from './states.tsx';

/** No answer is in the view: links to a wider view and, for viewers who can import, to the import. */
export function NoAnswers({
  title = 'No answers in this window',
  children,
}: {
  readonly title?: string;
  /** Instead of the way to a wider view. */
  readonly children?: ReactNode;
}) {
  const [{ segment }, change] = useView();
  const data = useScreenHref()('/data');
  const isNarrowed = Object.keys(segment).length > 0;
  return (
    <Empty
      title={title}
      actions={
        <>
          {isNarrowed ? <Button onPress={() => change({ segment: {} })}>Clear the segment</Button> : null}
          {data ? (
            <Link className="button" href={data}>
              Bring in answers
            </Link>
          ) : null}
        </>
      }
    >
      {children ??
        (isNarrowed
          ? 'Choose a longer window, or another segment.'
          : `Choose a longer window.${data ? ' Where there are no answers at all yet, import a file or connect a survey tool.' : ''}`)}
    </Empty>
  );
}
