import { type CountryCode, getCountries, Metadata } from 'libphonenumber-js/max';

/*
 * libphonenumber's metadata of each country's telephone numbers, as one pattern per country. The library's own
 * parser takes some 50 microseconds per number and country, too long when a number may belong to any of sixty
 * countries.
 */

/** Kinds of numbers that people have; not premium rate, pagers or voice mail. */
const PERSONAL = ['FIXED_LINE', 'TOLL_FREE', 'SHARED_COST', 'PERSONAL_NUMBER', 'VOIP', 'UAN'] as const;

interface Pattern {
  pattern(): string;
}
interface NumberingPlan {
  nationalNumberPattern(): string;
  nationalPrefix(): string | undefined;
  possibleLengths(): readonly number[];
  type(name: string): Pattern | undefined;
  callingCode(): string;
}
interface PlanMetadata {
  selectNumberingPlan(country: string): void;
  readonly numberingPlan: NumberingPlan;
}

interface Plan {
  readonly callingCode: string;
  readonly prefix: string;
  readonly lengths: ReadonlySet<number>;
  readonly all: RegExp;
  readonly mobile: RegExp | null;
}

const metadata = new Metadata() as unknown as PlanMetadata;
const plans = new Map<string, Plan>();
const byCallingCode = new Map<string, string[]>();
for (const country of getCountries()) {
  metadata.selectNumberingPlan(country);
  const plan = metadata.numberingPlan;
  const code = plan.callingCode();
  byCallingCode.set(code, [...(byCallingCode.get(code) ?? []), country]);
}

/** Whether the library knows a country of this code. */
export const isCountry = (code: string): code is CountryCode => getCountries().includes(code as CountryCode);

function planOf(country: string): Plan {
  const known = plans.get(country);
  if (known) return known;
  metadata.selectNumberingPlan(country);
  const plan = metadata.numberingPlan;
  const mobile = plan.type('MOBILE')?.pattern();
  const types = PERSONAL.map((type) => plan.type(type)?.pattern()).filter((one) => one !== undefined);
  const all = [...(mobile ? [mobile] : []), ...types].join('|') || plan.nationalNumberPattern();
  const made: Plan = {
    callingCode: plan.callingCode(),
    prefix: plan.nationalPrefix() ?? '',
    lengths: new Set(plan.possibleLengths()),
    all: whole(all),
    mobile: mobile ? whole(mobile) : null,
  };
  plans.set(country, made);
  return made;
}

const whole = (pattern: string) => new RegExp(`^(?:${pattern})$`);

/** The type of a number in a country's plan, written nationally (with or without the trunk prefix). */
export function nationalType(country: string, digits: string): 'mobile' | 'other' | null {
  const { prefix, lengths, all, mobile } = planOf(country);
  const forms = prefix !== '' && digits.startsWith(prefix) ? [digits.slice(prefix.length), digits] : [digits];
  for (const form of forms) {
    if (!lengths.has(form.length)) continue;
    if (mobile?.test(form)) return 'mobile';
    if (all.test(form)) return 'other';
  }
  return null;
}

/** The calling code at the start of an international number; null if no country has it. */
export function callingCodeOf(digits: string): string | null {
  for (const length of [1, 2, 3])
    if (byCallingCode.has(digits.slice(0, length))) return digits.slice(0, length);
  return null;
}

/**
 * Whether the digits after a calling code are a number of one of its countries; also with a superfluous trunk
 * 0.
 */
export function isInternational(digits: string): boolean {
  const code = callingCodeOf(digits);
  if (code === null) return false;
  const rest = digits.slice(code.length);
  return (byCallingCode.get(code) ?? []).some((country) => nationalType(country, rest) !== null);
}
