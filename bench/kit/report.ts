import type { Neo4jHandle } from '../../test/services/neo4j.ts';

/** Where a bench measures: a database of its own, and the one Neo4j. */
export interface Place {
  readonly databaseUrl: string;
  readonly neo4jUrl: string;
  readonly neo4j: Neo4jHandle;
}

/** What one bench found: a table, and how it came about. */
export interface Report {
  readonly title: string;
  /** How it was measured, in whole sentences. */
  readonly method: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly bars: readonly Bar[];
}

/** An aim and what came of it. */
export interface Bar {
  readonly aim: string;
  readonly found: string;
  readonly met: boolean;
}

export interface Distribution {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function distribution(values: readonly number[]): Distribution {
  return { p50: quantile(values, 0.5), p99: quantile(values, 0.99), max: Math.max(...values) };
}

/** The smallest value that at least that share of the values does not exceed. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** Three significant digits, thousands with a comma. */
export function figure(value: number): string {
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) || 1)));
  return value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });
}

/** The section of RESULTS.md. */
export function section(name: string, report: Report, when: string): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const bars = report.bars.map(
    ({ aim, found, met }) => `- ${met ? 'Met' : '**Not met**'}: aim ${aim}; found ${found}.`,
  );
  return [
    `## ${name}: ${report.title}`,
    '',
    line(report.columns),
    line(report.columns.map(() => '---')),
    ...report.rows.map(line),
    '',
    ...bars,
    '',
    `${report.method} ${when}`,
    '',
  ].join('\n');
}
