export interface BuiltFile {
  readonly mtimeMs: number;
  readonly size: number;
  readonly hash: string;
}
export const ROOT: string;
export function isUnchanged(path: string, built: BuiltFile): boolean;
export function currentBuild(): string | undefined;
export function build(): Promise<string>;
export function describe(paths: readonly string[]): Readonly<Record<string, BuiltFile>>;
export function bundle(
  outdir: string,
  options?: { readonly entries?: readonly string[]; readonly root?: string },
): Promise<string[]>;
