import type { ReactNode } from 'react';
import { formatCount, formatShare } from '../lib/format.ts';
import type { Counts } from '../lib/statistics.ts';
import './charts.css';

const CLASSES = [
  ['promoters', 'Promoters', 'promoter'],
  ['passives', 'Passives', 'passive'],
  ['detractors', 'Detractors', 'detractor'],
] as const;

interface DistributionBarProps extends Counts {
  /** Makes a link of the words of a class: to its answers. */
  readonly link?: (npsClass: (typeof CLASSES)[number][2], words: string) => ReactNode;
}

/** Promoters, passives and detractors as parts of one bar, with their shares in words. */
export function DistributionBar({ link, ...counts }: DistributionBarProps) {
  const all = counts.promoters + counts.passives + counts.detractors;
  if (all === 0) return null;
  return (
    <div>
      <div className="distribution" aria-hidden="true">
        {CLASSES.map(([key]) =>
          counts[key] === 0 ? null : (
            <span key={key} className={`of-${key}`} style={{ flexGrow: counts[key], flexBasis: 0 }} />
          ),
        )}
      </div>
      <div className="distribution-words">
        {CLASSES.map(([key, label, npsClass]) => (
          <span
            key={key}
            className={`of-${key}`}
            title={`${formatCount(counts[key])} ${label.toLowerCase()}`}
          >
            {wordsOf(label, counts[key] / all, (words) => link?.(npsClass, words) ?? words)}
          </span>
        ))}
      </div>
    </div>
  );
}

const wordsOf = (label: string, share: number, link: (words: string) => ReactNode): ReactNode =>
  link(`${label} ${formatShare(share)}`);
