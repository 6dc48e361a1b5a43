import { createHash } from 'node:crypto';

/**
 * OpenLineage run events (spec 2-0-2): what ran, over which data sets. They contain names, versions and counts;
 * no text, no respondent, no score.
 */
const SPEC = 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent';
const PRODUCER = 'urn:scoreline:server';
const NAMESPACE = 'scoreline';

/** Each facet with the published version of its schema. */
const FACETS = {
  processing_engine: 'facets/1-1-1/ProcessingEngineRunFacet.json#/$defs/ProcessingEngineRunFacet',
  jobType: 'facets/2-0-4/JobTypeJobFacet.json#/$defs/JobTypeJobFacet',
  documentation: 'facets/1-1-0/DocumentationJobFacet.json#/$defs/DocumentationJobFacet',
  outputStatistics:
    'facets/1-0-2/OutputStatisticsOutputDatasetFacet.json#/$defs/OutputStatisticsOutputDatasetFacet',
  version: 'facets/1-0-1/DatasetVersionDatasetFacet.json#/$defs/DatasetVersionDatasetFacet',
} as const;

type FacetName = keyof typeof FACETS;
type Facet = Readonly<Record<string, unknown>>;

function facet(name: FacetName, content: Facet): Record<string, Facet> {
  return {
    [name]: { _producer: PRODUCER, _schemaURL: `https://openlineage.io/spec/${FACETS[name]}`, ...content },
  };
}

export interface Dataset {
  readonly name: string;
  /** What pins its content, or null. */
  readonly version: string | null;
}

/** One run, which gives its START and COMPLETE events. */
export interface Run {
  /** Unique and stable: the run's id is derived from it. */
  readonly key: string;
  readonly job: 'import' | 'scoring' | 'training' | 'sealing';
  readonly at: Date;
  readonly inputs: readonly Dataset[];
  readonly output: Dataset;
  /** Rows that it wrote. */
  readonly rows: number;
}

export interface RunEvent {
  readonly eventType: 'START' | 'COMPLETE';
  readonly run: { readonly runId: string; readonly facets: Readonly<Record<string, Facet>> };
  readonly [field: string]: unknown;
}

const JOBS: Readonly<Record<Run['job'], string>> = {
  import: 'Accepts responses that a source sent, one statement at a time.',
  scoring: 'A model version reads the texts of responses.',
  training: 'Fits the heads of a model version on labelled responses.',
  sealing: 'Seals hour rollups whose lateness has passed.',
};

/** The two events of a run; the same run gives the same events in every export. */
export function runEvents(run: Run, engineVersion: string): RunEvent[] {
  const common = {
    eventTime: run.at.toISOString(),
    producer: PRODUCER,
    schemaURL: SPEC,
    run: {
      runId: runId(run.key),
      facets: facet('processing_engine', { name: 'Scoreline', version: engineVersion }),
    },
    job: {
      namespace: NAMESPACE,
      name: run.job,
      facets: {
        ...facet('jobType', { processingType: 'BATCH', integration: 'SCORELINE', jobType: 'JOB' }),
        ...facet('documentation', { description: JOBS[run.job] }),
      },
    },
    inputs: run.inputs.map(dataset),
  };
  const output = dataset(run.output);
  return [
    { eventType: 'START', ...common, outputs: [output] },
    {
      eventType: 'COMPLETE',
      ...common,
      outputs: [{ ...output, outputFacets: facet('outputStatistics', { rowCount: run.rows }) }],
    },
  ];
}

function dataset({ name, version }: Dataset) {
  const facets = version === null ? {} : { facets: facet('version', { datasetVersion: version }) };
  return { namespace: NAMESPACE, name, ...facets };
}

/** A UUID (version 8) derived from the key. */
function runId(key: string): string {
  const hex = createHash('sha256').update(`run\n${key}`).digest('hex');
  const variant = ((Number.parseInt(hex[16] ?? '0', 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
