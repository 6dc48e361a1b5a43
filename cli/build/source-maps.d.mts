export function register(main: string): void;
export function readMap(file: string): ((line: number, column: number) => string | undefined) | undefined;
