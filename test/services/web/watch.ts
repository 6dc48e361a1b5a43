import type { Page, Request } from 'playwright-core';
import { until } from '../../fixtures/patience.ts';
import type { Visited } from './browser.ts';

/** What a page asks the server, and what goes wrong. */
export interface Watch {
  /** Requests under way; streams do not count. */
  readonly open: Set<Request>;
  /** Names of the operations since it was last emptied. */
  asked: string[];
  readonly failures: string[];
}

/** Notes each request that fails, and each GraphQL error: an answer with errors has the status 200. */
export function watch({ page }: Visited): Watch {
  const seen: Watch = { open: new Set(), asked: [], failures: [] };
  page.on('request', (request) => {
    const name = /(?:query|mutation|subscription) (\w+)/.exec(request.postData() ?? '')?.[1];
    if (name !== undefined) seen.asked.push(name);
    if (request.isNavigationRequest()) seen.open.clear();
    if (!request.headers()['accept']?.includes('text/event-stream')) seen.open.add(request);
  });
  page.on('requestfinished', (request) => seen.open.delete(request));
  page.on('requestfailed', (request) => {
    seen.open.delete(request);
    const why = request.failure()?.errorText ?? '';
    // The page was left, or a panel, before the answer came.
    if (why !== 'net::ERR_ABORTED') seen.failures.push(`${request.url()}: ${why}`);
  });
  page.on('response', async (response) => {
    const url = response.url();
    if (response.status() >= 400)
      seen.failures.push(`${response.request().method()} ${url}: ${response.status()}`);
    else if (url.endsWith('/graphql') && response.headers()['content-type']?.includes('json')) {
      const { errors } = (await response.json().catch(() => ({}))) as { errors?: object[] };
      if (errors) seen.failures.push(JSON.stringify(errors));
    }
  });
  return seen;
}

/** Waits until nothing is under way and no part of the page stands for something that is still read. */
export async function settled(page: Page, seen: Watch): Promise<void> {
  let calm = 0;
  await until(async () => {
    const isCalm = seen.open.size === 0 && (await page.locator('.skeleton').count()) === 0;
    calm = isCalm ? calm + 1 : 0;
    return calm > 5;
  }, `${page.url()} has read everything`);
}
