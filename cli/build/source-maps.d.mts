export const MAPPER: symbol;
export function register(main: string): void;
export function stackMapper(folder: string): (stack: string) => string;
export function readMap(file: string): ((line: number, column: number) => string | undefined) | undefined;
