import { until } from '../fixtures/server.ts';
import type { TcpProxy } from '../fixtures/tcp-proxy.ts';
import { FAULTS, type Fault, type Plan } from './plan.ts';
import type { Sender } from './send.ts';
import type { World } from './world.ts';

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Breaks what the plan says, when it says so; resolves once everything is whole again. */
export async function breakAll(world: World, { faults }: Plan, sender: Sender): Promise<void> {
  // Faults of one kind follow each other; those of different kinds overlap as the seed has it.
  await Promise.all(
    FAULTS.map(async (kind) => {
      for (const fault of faults.filter((one) => one.kind === kind)) {
        await until(() => sender.progress() >= fault.at, `the ${kind} fault is due`);
        await BREAK[kind](world, fault);
      }
    }),
  );
}

const BREAK: Readonly<Record<Fault['kind'], (world: World, fault: Fault) => Promise<void>>> = {
  kill: (world, { worker }) => world.killWorker(worker),
  postgres: ({ postgres }) => postgres.restart('immediate'),
  neo4j: ({ graph }, fault) => cutOff(graph, fault),
  kafka: ({ kafka }, fault) => cutOff(kafka.proxy as TcpProxy, fault),
  disk: async ({ disk }, { forMs }) => {
    disk.fillTo(0);
    await pause(forMs);
    disk.clear();
  },
};

async function cutOff(proxy: TcpProxy, { silent, forMs }: Fault): Promise<void> {
  if (silent) {
    proxy.silenceOpen();
    proxy.silenceNew();
  } else proxy.cut();
  await pause(forMs);
  proxy.hear();
}
