import { z } from 'zod';

/**
 * An object of values by name. zod would leave a member `__proto__` out without a word, and with it the narrowing that a sender meant;
 * here it is a mistake.
 */
export const namedValues = <Name extends z.core.$ZodRecordKey, Value extends z.core.SomeType>(
  name: Name,
  value: Value,
) =>
  z
    .unknown()
    .refine((given) => !hasPrototype(given), '"__proto__" is no name that is taken here')
    .pipe(z.record(name, value));

/** Whether the object has a member of that name, as JSON can have. */
export const hasPrototype = (given: unknown): boolean =>
  typeof given === 'object' && given !== null && Object.hasOwn(given, '__proto__');
