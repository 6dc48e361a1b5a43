import { uuidFrom } from '../responses/normalised-response.ts';

/** The UUID (version 8) of the change event with that `externalId` of `source`, whatever its content. */
export function changeId(source: string, externalId: string): string {
  return uuidFrom(`change\n${source}\n${externalId}`);
}
