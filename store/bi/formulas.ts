import { ROCKS, SMALL_SAMPLE } from '../../domain/nps/interval.ts';
import { QUANTILE } from '../../domain/statistics/normal.ts';
import { BI_SCHEMA } from './names.ts';

/*
 * The score and its interval in SQL: the formulas of domain/nps/interval.ts, statement by statement, so that both give the same
 * numbers (test/services/bi-sql.test.ts). Arguments are double precision, which integers, bigint and numeric become by themselves.
 */

const PURE = 'IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp';
const COUNTS = 'promoters double precision, passives double precision, detractors double precision';

/** A polynomial of x by Horner's rule. */
const polynomial = (coefficients: readonly number[], x: string): string =>
  coefficients.reduceRight(
    (sum, one) => (sum === '' ? `${one}::float8` : `(${sum} * ${x} + ${one}::float8)`),
    '',
  );
const ratio = ([numerator, denominator]: readonly [readonly number[], readonly number[]], x: string) =>
  `${polynomial(numerator, x)} / ${polynomial(denominator, x)}`;

const CRITICAL_VALUE = `DECLARE p float8; q float8; r float8;
BEGIN
  IF NOT (confidence > 0 AND confidence < 1) THEN
    RAISE EXCEPTION 'confidence % is not between 0 and 1, such as 0.95', confidence USING ERRCODE = 'invalid_parameter_value';
  END IF;
  p := (1 - confidence) / 2;
  q := p - 0.5;
  IF abs(q) <= 0.425 THEN
    r := 0.180625 - q * q;
    RETURN abs(q * (${ratio(QUANTILE.centre, 'r')}));
  END IF;
  r := sqrt(-ln(p));
  IF r <= 5 THEN
    r := r - 1.6;
    RETURN abs(${ratio(QUANTILE.middle, 'r')});
  END IF;
  r := r - 5;
  RETURN abs(${ratio(QUANTILE.tail, 'r')});
END`;

/** s(t) - t² of Tango's interval at t = 1 - u; where t is negative, of the mirrored counts. */
const DISTANCE = `DECLARE
  n float8 := promoters + passives + detractors;
  estimate float8 := (passives + 2 * detractors) / n;
  inside float8 := estimate; outside float8 := 0;
  u float8; v float8; t float8; p float8; d float8; b float8; root float8; s float8;
BEGIN
  FOR i IN 1..200 LOOP
    u := (inside + outside) / 2;
    EXIT WHEN u = inside OR u = outside;
    IF u <= 1 THEN v := u; p := promoters; d := detractors;
    ELSE v := 2 - u; p := detractors; d := promoters;
    END IF;
    t := 1 - v;
    b := 2 * passives * t + d * (2 - 3 * v) - p * v;
    root := sqrt(b * b + 8 * n * d * t * v);
    s := CASE WHEN b > 0 THEN (2 * d * t * v) / (b + root) ELSE (root - b) / (4 * n) END;
    IF (u - estimate) * (u - estimate) * n <= z * z * (t * v + 2 * s) THEN inside := u; ELSE outside := u; END IF;
  END LOOP;
  RETURN inside;
END`;

const [P, N, D] = ROCKS;
/** One bound: by Tango's interval for few answers, else by the adjusted Wald interval. */
const bound = (side: 'low' | 'high') => `DECLARE
  n float8 := promoters + passives + detractors; z float8; theta float8; size float8; error float8;
BEGIN
  IF n = 0 THEN RETURN NULL; END IF;
  z := ${BI_SCHEMA}.critical_value(confidence);
  IF n < ${SMALL_SAMPLE} THEN
    RETURN ${
      side === 'low'
        ? `100 * greatest(-1, ${BI_SCHEMA}.distance_from_end(detractors, passives, promoters, z) - 1)`
        : `100 * least(1, 1 - ${BI_SCHEMA}.distance_from_end(promoters, passives, detractors, z))`
    };
  END IF;
  size := n + ${P + N + D};
  theta := (promoters - detractors) / size;
  error := sqrt(greatest(0, ((promoters + detractors + ${P + D}) / size - theta * theta) / size));
  RETURN ${side === 'low' ? '100 * greatest(-1, theta - z * error)' : '100 * least(1, theta + z * error)'};
END`;

const plpgsql = (name: string, parameters: string, body: string) =>
  `CREATE FUNCTION ${BI_SCHEMA}.${name} (${parameters}) RETURNS double precision LANGUAGE plpgsql ${PURE} AS $body$ ${body} $body$`;
const described = (name: string, types: number, text: string) =>
  `COMMENT ON FUNCTION ${BI_SCHEMA}.${name} (${Array(types).fill('double precision').join(', ')}) IS '${text}'`;

/** The statements that create the functions. */
export const FORMULAS: readonly string[] = [
  `CREATE FUNCTION ${BI_SCHEMA}.nps (${COUNTS}) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN 100 * (promoters - detractors) / nullif(promoters + passives + detractors, 0)`,
  plpgsql('critical_value', 'confidence double precision', CRITICAL_VALUE),
  plpgsql('distance_from_end', `${COUNTS}, z double precision`, DISTANCE),
  ...(['low', 'high'] as const).map((side) =>
    plpgsql(`nps_${side}`, `${COUNTS}, confidence double precision DEFAULT 0.95`, bound(side)),
  ),
  described('nps', 3, 'Net Promoter Score, -100 to 100, of counts; null without answers'),
  described('nps_low', 4, 'Lower bound of the score of these counts, as in GraphQL (low)'),
  described('nps_high', 4, 'Upper bound of the score of these counts, as in GraphQL (high)'),
  described('critical_value', 1, 'z of a two-sided interval'),
  described('distance_from_end', 4, "How far below 1 the upper bound of Tango''s interval is"),
];
