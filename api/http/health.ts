import type { FastifyInstance } from 'fastify';

/** One part that must work for requests to be answered: resolves, or throws what is wrong. */
export type ReadinessCheck = () => Promise<void>;

const PATIENCE_MS = 2_000;

/** Adds /healthz (the process answers) and /readyz (each part does; 503 and which one when not). */
export function addHealthRoutes(
  server: FastifyInstance,
  checks: Readonly<Record<string, ReadinessCheck>>,
): void {
  server.get('/healthz', async () => ({ status: 'ok' }));
  server.get('/readyz', async (_request, reply) => {
    const parts = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => [name, await stateOf(check)] as const),
    );
    const ready = parts.every(([, state]) => state === 'ready');
    return reply.code(ready ? 200 : 503).send({ ready, parts: Object.fromEntries(parts) });
  });
}

/** The reason stays in the log: this path is open to everybody. */
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
