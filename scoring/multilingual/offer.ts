import type { KeyObject } from 'node:crypto';
import type { Store } from '../../store/database/client.ts';
import { readRegistry } from '../../store/models/models.ts';
import type { Encoders } from '../encoders.ts';
import { offerModel } from '../registry.ts';
import { shippedHeads } from './heads.ts';
import { NAME } from './recipe.ts';

/** Adds the model of other languages that ships to the registry, as a candidate, once its encoder is on this machine. */
export async function offerTransferred(deps: {
  readonly store: Store;
  readonly signingKey: KeyObject;
  readonly encoders: Encoders;
}): Promise<void> {
  const { store, signingKey, encoders } = deps;
  if (!encoders.names().includes(NAME)) return;
  const { key, artefact } = shippedHeads();
  if ((await readRegistry(store)).some((one) => one.key === key)) return;
  if (await encoders.find(artefact.encoder.hash)) await offerModel(store, signingKey, artefact);
}
