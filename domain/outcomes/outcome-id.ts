import { uuidFrom } from '../responses/normalised-response.ts';

/** The UUID (version 8) of the outcome with that `externalId` of `source`, whatever its content. */
export function outcomeId(source: string, externalId: string): string {
  return uuidFrom(`outcome\n${source}\n${externalId}`);
}
