import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { readName, TEXT_RULES } from '../../domain/text/text.ts';
import {
  beginImport,
  endImport,
  findImport,
  type ImportRun,
  ImportUndoneError,
  isOpenFor,
  MOST_A_DAY,
} from '../../store/responses/imports.ts';
import type { Caller } from '../caller.ts';
import type { ApiDeps } from '../context.ts';
import { ForbiddenError, InvalidArgumentError, RefusedError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { callerOf } from './auth.ts';
import { readJson } from './read-json.ts';

const HASH = z.string().regex(/^[0-9a-f]{64}$/);
const BEGINNING = z.strictObject({
  file: z.string(),
  /** As the map names it. */
  source: z.string().nullish(),
  digest: HASH.nullish(),
  mapHash: HASH.nullish(),
  /** The id of an interrupted import. */
  resume: z.string().max(64).nullish(),
});
const COUNT = z.int().min(0);
const ACCOUNT = z.record(z.string().max(40), COUNT).refine((counts) => Object.keys(counts).length <= 40);

/**
 * Begins and ends imports: `POST /ingest/imports` gives one an id, which its requests to /ingest/file name, and
 * which an undo uses; `POST /ingest/imports/ID/end` records the sender's counts.
 */
export function addImportRoutes(routes: FastifyInstance, deps: ApiDeps): void {
  const options = { bodyLimit: LIMITS.importBody };
  routes.post('/ingest/imports', options, async (request, reply) => {
    const given = readJson(
      BEGINNING,
      String(request.body ?? ''),
      'an import is an object with "file", and "source", "digest" and "mapHash" (SHA-256 in hex) if known',
    );
    const { digest = null, mapHash = null, resume } = given;
    const file = readName(TEXT_RULES.file, given.file);
    if (typeof file !== 'string') throw new InvalidArgumentError(`file: ${file.message}`);
    if (file === '') throw new InvalidArgumentError('file: must not be blank');
    const source = given.source == null ? null : readName(TEXT_RULES.source, given.source);
    if (source !== null && typeof source !== 'string')
      throw new InvalidArgumentError(`source: ${source.message}`);
    // A blank name is none.
    const facts = { file, source: source || null, digest, mapHash, resume };
    const begun = await beginFor(deps, callerOf(request), facts);
    const { run, resumed } = begun;
    return reply.code(resumed ? 200 : 201).send({ id: run.key, resumed });
  });
  routes.post<{ Params: { key: string } }>('/ingest/imports/:key/end', options, async (request, reply) => {
    const run = await importOf(deps, callerOf(request), request.params.key);
    const account = readJson(
      ACCOUNT,
      String(request.body ?? ''),
      'the account of an import is an object of counts: {"accepted": 120}',
    );
    await endImport(deps.store, run.id, account, new Date(deps.now()));
    return reply.code(204).send();
  });
}

/**
 * Begins an import for the caller, or continues the interrupted one of that id.
 * @throws RefusedError
 */
export async function beginFor(
  deps: ApiDeps,
  caller: Caller,
  {
    resume,
    ...facts
  }: Pick<ImportRun, 'file' | 'source' | 'digest' | 'mapHash'> & {
    readonly resume?: string | null | undefined;
  },
): Promise<{ readonly run: ImportRun; readonly resumed: boolean }> {
  const earlier = resume ? await findImport(deps.store, resume) : null;
  if (earlier && isOpenFor(earlier, facts) && mayBring(caller, earlier))
    return { run: earlier, resumed: true };
  const given = { ...facts, madeBy: caller.id, actorName: caller.name };
  const run = await beginImport(deps.store, given, new Date(deps.now()));
  if (run) return { run, resumed: false };
  throw new RefusedError(
    'TOO_MANY_IMPORTS',
    429,
    `this key has begun ${MOST_A_DAY} imports within a day, the most that it may`,
    3_600,
  );
}

/**
 * The import that the caller's rows name.
 * @throws InvalidArgumentError, ForbiddenError, ImportUndoneError
 */
export async function importOf(deps: ApiDeps, caller: Caller, key: string): Promise<ImportRun> {
  const run = await findImport(deps.store, key);
  if (!run)
    throw new InvalidArgumentError('import: there is no import of that id; POST /ingest/imports begins one');
  if (!mayBring(caller, run)) throw new ForbiddenError('import: another key began this import');
  if (run.undoAt !== null) throw new ImportUndoneError();
  return run;
}

const mayBring = ({ id, scope }: Caller, { madeBy }: ImportRun) =>
  madeBy === id || scope.allowsAll('administer');
