import type { Builder } from './builder.ts';

/** Adds the enum of classes. */
export function addNpsClass(builder: Builder) {
  return builder.enumType('NpsClass', { values: ['PROMOTER', 'PASSIVE', 'DETRACTOR'] as const });
}
