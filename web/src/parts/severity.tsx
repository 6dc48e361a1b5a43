import type { Severity } from '../gql/graphql.ts';
import { Icon } from './icon.tsx';
import './severity.css';

/** The word of each severity. */
export const SEVERITY_WORDS = { CRITICAL: 'Critical', WARNING: 'Warning', INFO: 'Note' } as const;

/** How severe something is: by word and shape, and by colour. */
export function SeverityChip({ severity }: { readonly severity: Severity }) {
  return (
    <span className={`severity severity-${severity.toLowerCase()}`}>
      <Icon name={severity === 'INFO' ? 'info' : 'warning'} size={14} />
      {SEVERITY_WORDS[severity]}
    </span>
  );
}
