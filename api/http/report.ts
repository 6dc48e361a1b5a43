import type { FastifyInstance } from 'fastify';
import { verifyScore } from '../../proof/verify.ts';
import { auditRefusal, entryOf } from '../audit.ts';
import { type ApiDeps, createContext } from '../context.ts';
import { ForbiddenError } from '../errors.ts';
import { proofDeps } from '../parts-deps.ts';
import { type ReportDeps, reportFacts } from '../report/facts.ts';
import { renderReport } from '../report/render.ts';
import { callerOf } from './auth.ts';

/** The page has one inline style and nothing else. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
const PATH = '/reports/score/';

/** Adds GET /reports/score/ID: the auditor's report of one score, within the caller's scope. */
export function addReport(server: FastifyInstance, deps: ApiDeps): void {
  server.get<{ Params: { '*': string } }>(`${PATH}*`, async (request, reply) => {
    const context = createContext(deps, callerOf(request), request.purpose, request.id);
    const { deps: scoped, caller } = context;
    const id = request.params['*'];
    deps.gate.admitRoute(caller, '/reports/score/ID');
    // By the rules, not by cells: callers who may read any scores see their part of this one.
    if (caller.scope.grant('readScore') === 'none') {
      await auditRefusal(context, 'report');
      throw new ForbiddenError('this key may not read scores');
    }
    const verify: ReportDeps['verify'] = (scope, name) => verifyScore(proofDeps(scoped), scope, name);
    const facts = await reportFacts({ ...scoped, verify }, caller, id);
    if (!facts) {
      const message = `${PATH}ID: the id is none of a score; it is the id of an NpsRow`;
      return reply.code(404).send({ errors: [{ message, extensions: { code: 'NOT_FOUND' } }] });
    }
    if (deps.audit.aggregates) {
      const asked = [{ field: 'report', arguments: { id } }];
      await deps.audit.append([entryOf(context, 'aggregate', { asked })]);
    }
    return reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', POLICY)
      .send(renderReport(facts));
  });
}
