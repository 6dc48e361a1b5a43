import { useView } from '../../lib/url-state.ts';
import { Button } from '../../parts/button.tsx';
import { Empty } from '../../parts/states.tsx';
import type { Asked } from './asked.ts';

const DAY_MS = 86_400_000;
const SHORT_DAYS = 120;

/** There are no outcomes to count: says which to send, and how. */
export function NoOutcomes({ title, children }: { readonly title: string; readonly children: string }) {
  return (
    <Empty title={title}>
      {children} Send them to <code>/ingest/outcomes</code>, with <code>submitOutcomes</code> or as a file;
      the guide <code>docs/guides/outcomes.md</code> has examples, and <a href="/console">the console</a>{' '}
      tries them.
    </Empty>
  );
}

/** Accounts that answered a short time ago cannot have been watched for long. */
export function LongerWindow({ asked: { from, to } }: { readonly asked: Asked }) {
  const [, change] = useView();
  const days = Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
  if (days >= SHORT_DAYS) return null;
  return (
    <p className="small muted business-longer">
      Accounts that answered in these {days} days were watched for {days} days at most.
      <Button look="quiet" onPress={() => change({ window: 'P12M' })}>
        Take the answers of 12 months
      </Button>
    </p>
  );
}
