import { openPglite } from '../store/database/pglite.ts';
import { buildTemplate } from '../store/database/pglite-template.ts';
import { migrate } from '../store/setup/migrate.ts';

/**
 * Run by `npm ci`: a first start unpacks the empty database that is created here instead of creating its own.
 */
await buildTemplate(async (folder) => {
  const store = await openPglite(folder, undefined, '');
  await migrate(store);
  await store.close();
});
