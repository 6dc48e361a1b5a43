import { type RefObject, useState } from 'react';
import {
  type ExploreDocument,
  type ExploreRead,
  type ExploreVariables,
  fileAddress,
  writtenOut,
} from '../../../explore-queries.ts';
import { pngOf, svgOfElement } from '../../charts/figure.ts';
import { saveFile } from '../../lib/csv.ts';
import { formatCount } from '../../lib/format.ts';
import { useViewer } from '../../lib/viewer.tsx';
import { Button } from '../../parts/button.tsx';

interface ExportBarProps {
  /** Where the chart is. */
  readonly chart: RefObject<HTMLElement | null>;
  /** The picture, for charts that are not one SVG; null: there is none. */
  readonly figure?: (() => string) | null;
  readonly csv: () => string;
  readonly document: ExploreDocument;
  /** All that the view reads: one, or one for each segment. */
  readonly reads: readonly ExploreRead[];
  /** Variables that differ in an address: moments that move with the present. */
  readonly moving?: ExploreVariables | null;
  readonly isTable: boolean;
  readonly onTable: (isTable: boolean) => void;
}

/** What can be taken away from a view: its numbers, its picture, its query, its address for other tools. */
export function ExportBar({ chart, figure, csv, document, reads, moving, isTable, onTable }: ExportBarProps) {
  const { dimensions } = useViewer();
  const [note, setNote] = useState('');
  const name = `scoreline-${document.replace('Explore', '').toLowerCase()}`;
  const svg = (): string | null => {
    if (figure) return figure();
    const element = chart.current?.querySelector<SVGSVGElement>('svg[data-export]');
    return element ? svgOfElement(element) : null;
  };
  const copy = async (text: string, what: string) => {
    const copied = await navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
    setNote(copied ? `Copied: ${what}` : 'The browser did not allow to copy.');
  };
  const saveSvg = () => {
    const picture = svg();
    if (picture) saveFile(`${name}.svg`, picture, 'image/svg+xml;charset=utf-8');
  };
  const savePng = () => {
    const picture = svg();
    if (picture)
      void pngOf(picture).then(
        (blob) => saveFile(`${name}.png`, blob),
        (error: Error) => setNote(error.message),
      );
  };
  return (
    <div className="explore-export no-print">
      <Button look="quiet" icon={isTable ? 'chart' : 'table'} onPress={() => onTable(!isTable)}>
        {isTable ? 'Show the chart' : 'Show the table'}
      </Button>
      <Button look="quiet" icon="download" onPress={() => saveFile(`${name}.csv`, csv())}>
        CSV
      </Button>
      {isTable ? null : (
        <>
          <Button look="quiet" icon="download" onPress={savePng}>
            PNG
          </Button>
          <Button look="quiet" icon="download" onPress={saveSvg}>
            SVG
          </Button>
        </>
      )}
      <Button
        look="quiet"
        icon="link"
        onPress={() => copy(writtenOut(document, dimensions, reads), 'the query')}
      >
        Copy as GraphQL
      </Button>
      <Button
        look="quiet"
        icon="link"
        onPress={() =>
          copy(
            reads
              .map(
                ({ variables }) => `${location.origin}${fileAddress(document, { ...variables, ...moving })}`,
              )
              .join('\n'),
            reads.length === 1
              ? 'the link; the tool needs a key'
              : `${formatCount(reads.length)} links, one for each segment; the tool needs a key`,
          )
        }
      >
        Copy as link for your BI tool
      </Button>
      <span role="status" className="small muted">
        {note}
      </span>
    </div>
  );
}
