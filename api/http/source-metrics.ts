import { Gauge, type Registry } from 'prom-client';
import { DAYS_READ, qualityOf, type SourceQuality } from '../../domain/detection/source-quality.ts';
import { DAY_MS } from '../../domain/time/time-windows.ts';
import type { OwnerSession } from '../../store/database/client.ts';
import { bySource, readSourceDays } from '../../store/responses/source-days.ts';

/** Sources of which each scrape says something: senders name as many as they like, and those that bring the most matter. */
const MEASURED = 50;

/** The figures of one source by their name; what is not known is absent. */
interface SourceFigures {
  readonly source: string;
  readonly figures: Readonly<Record<string, number | null | undefined>>;
}

/** The data quality of the 50 sources with the most items in 30 days, as `sources { quality }` says it. */
export async function readSourceFigures(store: OwnerSession, now: number): Promise<SourceFigures[]> {
  const first = new Date((Math.floor(now / DAY_MS) - DAYS_READ + 1) * DAY_MS);
  const rows = await readSourceDays(store, first);
  return [...bySource(rows)]
    .map(([source, days]) => ({ source, quality: qualityOf(days, now) }))
    .sort((a, b) => b.quality.items - a.quality.items || (a.source < b.source ? -1 : 1))
    .slice(0, MEASURED)
    .map(({ source, quality }) => ({ source, figures: figuresOf(quality, now) }));
}

function figuresOf(quality: SourceQuality, now: number): SourceFigures['figures'] {
  const { today, silence, clockSkew } = quality;
  return {
    accepted_today: today.accepted,
    usual_low: today.usual?.low,
    usual_high: today.usual?.high,
    silence_seconds:
      quality.lastAcceptedAt === null ? null : Math.max(0, (now - quality.lastAcceptedAt) / 1_000),
    typical_gap_seconds: quality.typicalGapMs === null ? null : quality.typicalGapMs / 1_000,
    stale: Number(silence?.isTooLong ?? false),
    invalid_share: quality.invalidShare,
    duplicate_share: quality.duplicateShare,
    ahead_share: clockSkew?.ahead,
    late_share: clockSkew?.late,
    median_delay_seconds: clockSkew?.median,
    ...Object.fromEntries(quality.missing.map(({ field, share }) => [`missing_${field}`, share])),
  };
}

/** What is read at each scrape. */
export interface SourceGauges {
  /** Of the sources that bring the most. */
  readonly sourceQuality: () => Promise<readonly SourceFigures[]>;
}

/** Adds the gauges of sources. */
export function addSourceGauges(registry: Registry, live: SourceGauges): void {
  new Gauge({
    name: 'scoreline_source_quality',
    help: `Data quality of the ${MEASURED} sources that bring the most: today's volume, its usual range, silence, and shares of 30 days.`,
    labelNames: ['source', 'metric'],
    registers: [registry],
    async collect() {
      this.reset();
      for (const { source, figures } of await live.sourceQuality())
        for (const [metric, value] of Object.entries(figures))
          if (value != null) this.set({ source, metric }, value);
    },
  });
}
