import type { Plugin } from 'esbuild';

export function sourceUrls(root: string, threads: readonly string[]): Plugin;
export function oneGraphql(root: string): Plugin;
export function lazyLanguages(): Plugin;
export function languagesAsJson(): Plugin;
