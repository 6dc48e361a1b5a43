import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { OverloadedError } from '../ingestion/pipeline/overload.ts';
import { DiskFullError } from '../store/database/disk-space.ts';
import { ImportUndoneError } from '../store/responses/imports.ts';
import { KeySetUnavailableError } from './access/jwt.ts';
import { ForbiddenError, InvalidArgumentError, publicError, RefusedError } from './errors.ts';

/**
 * Errors that callers never see, and how they are handled. Add a class here only with such a reason; else
 * extend UserError.
 */
const INTERNAL: Readonly<Record<string, string>> = {
  ActionFailedError: 'the decision is stored as failed: agents/loop/run.ts',
  AddressRefusedError:
    'ends the delivery, which shows its text to administrators: agents/delivery/attempt.ts',
  CellGoneError: 'the cell is looked up again and the transaction repeated',
  ConfigError: 'stops the start',
  DatabaseRefusedError: 'stops the start',
  DecryptionError: 'stored data was changed: masked and logged',
  DimensionsGoneError: 'stops the start',
  EmbeddedDatabaseError: 'carries the SQLSTATE of the embedded database: mapped by it, or masked',
  EvaluationError: 'a policy that fails for a cell does not apply: residual.ts',
  FolderInUseError: 'stops the start',
  ForeignSchemaError: 'the schema bi is left alone, with a line in the log: open-database.ts',
  ForgottenPositionError: 'a follower starts over',
  GraphNotReadyError: 'the lineage is read from the database instead',
  ImportRefusedError: 'printed by the import command, a client of the API',
  InvalidOperationError: 'holds the GraphQL errors that are answered in its place: operation.ts',
  LogBrokenError: 'the sealer stops; masked and logged',
  MistakesLimitError: 'ends the coercion of variables: coerce.ts',
  ModelFailedError: 'the templates write instead, and the failure is recorded: agents/narrator/model.ts',
  NoAnswerError: 'ends the attempt or the fetch, which is tried again: agents/delivery/attempt.ts',
  NotInterpretedError: 'the policy is decided by full authorizations instead',
  NotFetchedError: 'decides when a notice is fetched next: agents/fetching/fetch.ts',
  OrderFailedError: 'logged, and the order is tried again later: scoring/training-orders.ts',
  NoticeError: 'answered by the page of a survey link, in words of its own: api/http/survey-links.ts',
  PackedModelError: 'ends scoreline model multilingual, which shows its text',
  PlaceError: 'listed with the files of a connection: ingestion/watch/watch-files.ts',
  PolicyError: 'stops the start, or keeps the policies in use',
  SameNameError: 'its text says why a document cannot be read as rows: api/bi/table.ts',
  SignatureError: 'the delivery is refused with 401 and no reason: api/http/webhooks.ts',
  SigningKeyReplacedError: 'the sealer stops',
  SilentConnectionError: 'the connection is cut: a passing error',
  SilentGraphError: 'Neo4j is away: the follower goes on, and erasures are checked again',
  SupersededError: 'another process holds the lease: the follower ends',
  LoginError: 'answered by the sign-in page, in words of its own',
  RefusalError: 'becomes the rejection of its item: ingestion/changes',
  TokenRefusedError: 'answered as 401 without a reason',
  TooLargeError: 'carries the code of fastify that is answered in its place: server.ts',
  TooManyValuesError: 'the report of policies names fewer cells',
  UnreadableFileError: 'printed by the import command',
  WrongColumnsError: 'printed by the import command',
  WrongOffsetError: 'answered with 409 and the offset that is expected: api/http/uploads.ts',
  WrongPepperError: 'stops the start',
  WrongSigningKeyError: 'stops the start',
  WrongWrappingKeyError: 'stops the start',
};

const ROOT = new URL('../', import.meta.url);
const MODULES = [
  ...['domain', 'config', 'store', 'ingestion', 'scoring', 'graph', 'proof'],
  ...['agents', 'instance', 'api'],
];

/** By class, what it extends: every class of the source whose name ends in Error. */
function errorClasses(): ReadonlyMap<string, string> {
  const parents = MODULES.flatMap((module) =>
    readdirSync(new URL(module, ROOT), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
      .flatMap((path) => {
        const text = readFileSync(new URL(`${module}/${path}`, ROOT), 'utf8');
        return [...text.matchAll(/^(?:export )?(?:abstract )?class (\w+)(?:<.*>)? extends (\w+)/gm)];
      })
      .map(([, name, parent]) => [name as string, parent as string] as const),
  );
  const byName = new Map(parents);
  const isError = (name: string | undefined): boolean =>
    name === 'Error' || (name !== undefined && isError(byName.get(name)));
  return new Map(parents.filter(([name]) => isError(name)));
}

describe('error classes', () => {
  const classes = errorClasses();
  const isUserError = (name: string): boolean => {
    const parent = classes.get(name);
    return name === 'UserError' || (parent !== undefined && isUserError(parent));
  };
  const internal = [...classes.keys()].filter((name) => !isUserError(name));

  it('extend UserError, or are listed as internal', () => {
    expect(internal.filter((name) => INTERNAL[name] === undefined)).toEqual([]);
    expect(classes.size - internal.length).toBeGreaterThan(20);
  });

  it('have the suffix Error', () => {
    expect([...classes.keys()].filter((name) => !name.endsWith('Error'))).toEqual([]);
  });

  it('are exactly those listed', () => {
    expect(Object.keys(INTERNAL).filter((name) => !internal.includes(name))).toEqual([]);
  });
});

describe('what a caller sees of an error', () => {
  const shown = (error: unknown) => {
    const found = publicError(error);
    return found && [found.code, found.status, found.retryAfter];
  };

  it.each([
    [new InvalidArgumentError('first: 0 is not between 1 and 500'), 'BAD_USER_INPUT', 400, undefined],
    [new ImportUndoneError(), 'BAD_USER_INPUT', 400, undefined],
    [new ForbiddenError('this key may not read scores'), 'FORBIDDEN', 403, undefined],
    [new OverloadedError('too much is waiting', 3), 'OVERLOADED', 429, 3],
    [new DiskFullError(1, 2), 'DISK_FULL', 503, 30],
    [new KeySetUnavailableError(new Error('fetch failed')), 'UNAVAILABLE', 503, undefined],
    [new RefusedError('RATE_LIMITED', 429, 'the budget is spent', 7), 'RATE_LIMITED', 429, 7],
    [Object.assign(new Error('x'), { code: '22021' }), 'BAD_USER_INPUT', 400, undefined],
    [Object.assign(new Error('x'), { code: '57014' }), 'TOOK_TOO_LONG', 503, undefined],
    [Object.assign(new Error('x'), { code: '40001' }), 'UNAVAILABLE', 503, undefined],
  ])('%s', (error, code, status, retryAfter) => {
    expect(shown(error)).toEqual([code, status, retryAfter]);
  });

  it('is nothing for other classes', () => {
    expect(shown(new Error('the password is hunter2'))).toBeNull();
    expect(shown('a text')).toBeNull();
  });

  it('does not say why the keys of tokens cannot be read', () => {
    const error = new KeySetUnavailableError(new Error('connect ECONNREFUSED 10.0.0.7:443'));
    expect(publicError(error)?.message).toBe('tokens cannot be checked just now; try again shortly');
  });
});
