import { migrate } from '../store/migrate.ts';
import { openPglite } from '../store/pglite.ts';
import { buildTemplate } from '../store/pglite-template.ts';

/** Run by `npm ci`: a first start unpacks the empty record that is made here instead of making its own. */
await buildTemplate(async (folder) => {
  const store = await openPglite(folder, undefined, '');
  await migrate(store);
  await store.close();
});
