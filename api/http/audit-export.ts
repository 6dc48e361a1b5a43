import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { auditLine } from '../../domain/seals/audit.ts';
import { parseDateTime } from '../../domain/time/date-time.ts';
import { audit, streamAudit } from '../../store/audit/audit.ts';
import { auditRefusal, entryOf } from '../audit.ts';
import { type ApiDeps, createContext } from '../context.ts';
import { ForbiddenError, InvalidArgumentError } from '../errors.ts';
import { timeOf } from '../schema/builder.ts';
import { callerOf } from './auth.ts';

/**
 * Adds GET /audit/export?from&to: the audit log as NDJSON, oldest first, for callers who may read all of it.
 * Each line is the canonical JSON of a row, so that the chain can be followed independently. The export adds a
 * row itself.
 */
export function addAuditExport(server: FastifyInstance, deps: ApiDeps): void {
  server.get('/audit/export', async (request, reply) => {
    const caller = callerOf(request);
    const context = createContext(deps, caller, request.purpose, request.id);
    // Charged before it is refused, so that refusals cost the same.
    deps.gate.admitRoute(caller, '/audit/export');
    if (!caller.scope.allowsAll('readAudit')) {
      await auditRefusal(context, 'exportAudit');
      throw new ForbiddenError('this key may not read the audit log');
    }
    const { from, to } = request.query as Record<string, unknown>;
    const window = { from: momentOf('from', from), to: momentOf('to', to) };
    const subject = { from: window.from?.toISOString() ?? null, to: window.to?.toISOString() ?? null };
    await deps.store.transaction((session) => audit(session, entryOf(context, 'exportAudit', subject)));
    const lines = async function* () {
      for await (const rows of streamAudit(deps.store, window))
        yield rows.map((row) => `${auditLine(row)}\n`).join('');
    };
    return reply.type('application/x-ndjson').send(Readable.from(lines()));
  });
}

function momentOf(name: string, given: unknown): Date | null {
  if (given === undefined) return null;
  if (typeof given === 'string') return timeOf(name, { text: given, value: parseDateTime(given) });
  throw new InvalidArgumentError(`${name}: not RFC 3339 with an offset, such as 2026-03-31T09:30:00Z`);
}
