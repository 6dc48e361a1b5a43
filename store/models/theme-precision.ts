import type { Session } from '../database/client.ts';
import { statement } from '../database/statement.ts';

const SET = statement('themes_set_precision', 'SELECT set_theme_precision($1::jsonb)');

/**
 * Takes over the configured precision of each theme (`themePrecision`). Themes that are named from another
 * probability on from now are counted again, which takes about a minute per million predictions.
 */
export async function setThemePrecision(
  session: Session,
  precision: Readonly<Record<string, number>>,
): Promise<void> {
  await session.rows(SET, [JSON.stringify(precision)]);
}
