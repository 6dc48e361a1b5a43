const FORMAT = new Intl.NumberFormat('en');

/** "1,204" for reasons that people read. */
export const count = (value: number): string => FORMAT.format(value);
