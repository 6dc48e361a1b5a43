import type { ApolloServerPlugin } from '@apollo/server';
import type { ApiContext } from '../context.ts';
import { DISK_FULL } from '../errors.ts';

/** Answers with 503 and Retry-After where nothing of an operation could be done because the disk is nearly full. */
export const tellDiskFull: ApolloServerPlugin<ApiContext> = {
  requestDidStart: async () => ({
    willSendResponse: async ({ response }) => {
      if (response.body.kind !== 'single') return;
      const { errors, data } = response.body.singleResult;
      if (!errors?.some(({ extensions }) => extensions?.['code'] === DISK_FULL.code)) return;
      if (Object.values(data ?? {}).some((value) => value !== null)) return;
      response.http.status = DISK_FULL.status;
      response.http.headers.set('retry-after', String(DISK_FULL.retryAfter));
    },
  }),
};
