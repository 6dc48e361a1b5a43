export function isWebCurrent(): boolean;
export function buildWeb(): Promise<void>;
export function forProduction<T>(work: () => Promise<T>): Promise<T>;
export function buildSnippet(outDir: string): Promise<void>;
