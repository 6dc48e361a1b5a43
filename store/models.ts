import type { Session, Statement } from './client.ts';

export interface ModelVersionRow {
  readonly id: number;
  readonly label: string;
  readonly recordedAt: Date;
}

const BY_IDS: Statement = {
  name: 'models_by_ids',
  text: 'SELECT id, label, recorded_at AS "recordedAt" FROM model_version WHERE id = ANY ($1::integer[]) ORDER BY id',
};

/** Those of the model versions that exist. */
export function readModelVersions(session: Session, ids: readonly number[]): Promise<ModelVersionRow[]> {
  return session.rows<ModelVersionRow>(BY_IDS, [ids]);
}
