import type { FastifyInstance } from 'fastify';

/** One part that must work for requests to be answered: resolves, or throws what is wrong. */
export type ReadinessCheck = () => Promise<void>;

const PATIENCE_MS = 2_000;

/**
 * Adds /healthz (the process answers) and /readyz (each part does; 503 and which one if not).
 * `secondsHeldBack`: how long a writer has been holding back the journal's followers, 0 if none has for long;
 * the server stays ready. `lesser`: lines for `warnings` while a part is away that requests do not need.
 */
export function addHealthRoutes(
  server: FastifyInstance,
  checks: Readonly<Record<string, ReadinessCheck>>,
  secondsHeldBack: () => number,
  lesser: Readonly<Record<string, ReadinessCheck>> = {},
): void {
  const asked = shared(checks);
  const askedToo = shared(lesser);
  server.get('/healthz', async () => ({ status: 'ok' }));
  server.get('/readyz', async (_request, reply) => {
    const [parts, lesserParts] = await Promise.all([statesOf(asked), statesOf(askedToo)]);
    const ready = parts.every(([, state]) => state === 'ready');
    const held = Math.floor(secondsHeldBack());
    // The holder is named in the log: this path needs no key.
    const warnings = lesserParts.filter(([, state]) => state !== 'ready').map(([warning]) => warning);
    if (held > 0)
      warnings.unshift(
        `a transaction that has been open for ${held} s holds back live updates, lineage, scoring and sealing`,
      );
    return reply.code(ready ? 200 : 503).send({
      ready,
      parts: Object.fromEntries(parts),
      warnings: warnings.length > 0 ? warnings : undefined,
    });
  });
}

/** Callers during a check share its answer: a silent part is not checked again for each probe. */
function shared(checks: Readonly<Record<string, ReadinessCheck>>): Record<string, ReadinessCheck> {
  return Object.fromEntries(
    Object.entries(checks).map(([name, check]) => {
      let running: Promise<void> | undefined;
      const ask = () => {
        running ??= check().finally(() => {
          running = undefined;
        });
        return running;
      };
      return [name, ask];
    }),
  );
}

function statesOf(checks: Readonly<Record<string, ReadinessCheck>>) {
  return Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await stateOf(check)] as const),
  );
}

/** The reason stays in the log: this path needs no key. */
async function stateOf(check: ReadinessCheck): Promise<'ready' | 'not ready' | 'no answer'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'no answer'>((resolve) => {
    timer = setTimeout(() => resolve('no answer'), PATIENCE_MS);
  });
  const asked = check().then(
    () => 'ready' as const,
    () => 'not ready' as const,
  );
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}
