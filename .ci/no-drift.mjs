import { readdirSync } from 'node:fs';

/* After `drizzle-kit generate --name drift`: fails where the tables differ from what the migrations make. */

const drift = readdirSync(new URL('../migrations', import.meta.url)).filter((name) =>
  name.endsWith('_drift.sql'),
);
if (drift.length > 0) {
  process.stderr.write(
    `the tables in store/tables differ from the migrations: see migrations/${drift[0]}\n` +
      'Undo it (git restore migrations && git clean -f migrations), then: npx drizzle-kit generate --name WHAT\n',
  );
  process.exitCode = 1;
}
