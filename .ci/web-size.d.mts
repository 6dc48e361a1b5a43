export const BUDGET: number;
export function webSize(): Promise<{
  readonly first: { readonly bytes: number; readonly files: number };
  readonly scripts: readonly { readonly name: string; readonly bytes: number }[];
  readonly styles: number;
}>;
