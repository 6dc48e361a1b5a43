/** Why deliveries are refused, in words. */
export const REFUSALS: Readonly<Record<string, string>> = {
  UNSIGNED: 'a delivery had no signature',
  WRONG_SIGNATURE: 'a delivery was signed with another secret',
  OUTSIDE_WINDOW: 'a delivery was signed more than five minutes before or after its arrival',
  NOT_GRANTED: 'what it may submit is not granted now',
  MAPPING: 'its mapping cannot be used now',
};
