import type { DataSubject } from '../../store/data-subjects/data-subject.ts';
import type { Order } from '../../store/data-subjects/legal-hold.ts';
import { auditHook } from '../audit.ts';
import type { ApiContext } from '../context.ts';
import { ForbiddenError, InvalidArgumentError } from '../errors.ts';
import { responseKeyOf } from './node.ts';

export const RESPONDENT =
  'A person: the identifier as it was submitted, the pseudonym, or the id of one of their responses (Response:…).';

/**
 * The person in the argument.
 * @throws InvalidArgumentError
 */
export function dataSubjectOf({ deps }: ApiContext, respondent: string): DataSubject {
  if (respondent.trim() === '') throw new InvalidArgumentError('respondent: must not be blank');
  const response = responseKeyOf(respondent.trim());
  return response === null
    ? { lookups: deps.identify(respondent), responseIds: [] }
    : { lookups: [], responseIds: [response] };
}

/** @throws ForbiddenError where the caller may not manage personal data. */
export function assertOfficer({ caller }: ApiContext): void {
  if (!caller.scope.allowsAll('manageSubjects'))
    throw new ForbiddenError('this key may not manage data of persons');
}

/**
 * Caller and reason of the order.
 * @throws ForbiddenError, InvalidArgumentError
 */
export function orderOf(context: ApiContext, reason: string, action: string): Order {
  assertOfficer(context);
  if (reason.trim() === '') throw new InvalidArgumentError('reason: say why; it is kept in the audit log');
  return { actor: context.caller.name, reason: reason.trim(), note: auditHook(context, action) };
}

/** Personal data is outside the scoped views: permission for one is permission for all. */
export function storesOf({ deps }: ApiContext) {
  return { store: deps.record, encryption: deps.encryption, cells: deps.cells, sign: deps.seals.sign };
}
