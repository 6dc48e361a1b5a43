import { readdirSync, readFileSync } from 'node:fs';
import type pg from 'pg';
import { cpuSecondsOf } from './process.ts';

/** The process id of the PostgreSQL server behind a pool. */
export async function postmasterOf(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return parentOf(rows[0]?.pid ?? 0) ?? 0;
}

/** undefined: the process has ended. */
function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

/** CPU seconds of a process and its children, with those that have ended. */
export function cpuOfAll(parent: number): number {
  const children = readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && parentOf(pid) === parent);
  return [parent, ...children].reduce(
    (sum, pid) => sum + cpuOrNothing(pid),
    cpuSecondsOf(parent, 'ended children'),
  );
}

/** 0 where the process has ended. */
function cpuOrNothing(pid: number): number {
  try {
    return cpuSecondsOf(pid);
  } catch {
    return 0;
  }
}
