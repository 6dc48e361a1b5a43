-- Rollups are integers kept exact in the transaction of the fact, by signed deltas; the journal tells followers what
-- changed. INSERT and UPDATE: one statement-level trigger with transition tables. DELETE: row by row, because
-- TimescaleDB's compression refuses a table whose DELETE trigger has a transition table.

INSERT INTO model_version (id, label) VALUES (0, 'surveyed: the respondent gave the number');
--> statement-breakpoint
CREATE TYPE rollup_delta AS (
  bucket timestamptz,
  cell_id integer,
  model_version_id integer,
  mapping_version_id integer,
  promoters integer,
  passives integer,
  detractors integer,
  sum bigint,
  sum_squares bigint
);
--> statement-breakpoint
-- Adds deltas (bucket = a UTC minute) to every level. Keys are sorted so that two writers never wait for each other
-- in a circle. Minute rollups older than 49 hours are not written: readers use them for 48, and they are purged.
CREATE FUNCTION apply_rollup_deltas(deltas rollup_delta[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF deltas IS NULL THEN RETURN; END IF;
  INSERT INTO rollup_minute AS r
    (cell_id, model_version_id, bucket, promoters, passives, detractors, n, sum, sum_squares)
  SELECT d.cell_id, d.model_version_id, d.bucket, sum(d.promoters), sum(d.passives), sum(d.detractors),
    sum(d.promoters + d.passives + d.detractors), sum(d.sum), sum(d.sum_squares)
  FROM unnest(deltas) d WHERE d.bucket >= now() - interval '49 hours' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
  ON CONFLICT (cell_id, model_version_id, bucket) DO UPDATE SET
    promoters = r.promoters + excluded.promoters, passives = r.passives + excluded.passives,
    detractors = r.detractors + excluded.detractors, n = r.n + excluded.n,
    sum = r.sum + excluded.sum, sum_squares = r.sum_squares + excluded.sum_squares;

  INSERT INTO rollup_hour AS r
    (cell_id, model_version_id, bucket, promoters, passives, detractors, n, sum, sum_squares)
  SELECT d.cell_id, d.model_version_id, date_trunc('hour', d.bucket, 'UTC'), sum(d.promoters), sum(d.passives),
    sum(d.detractors), sum(d.promoters + d.passives + d.detractors), sum(d.sum), sum(d.sum_squares)
  FROM unnest(deltas) d GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
  ON CONFLICT (cell_id, model_version_id, bucket) DO UPDATE SET
    promoters = r.promoters + excluded.promoters, passives = r.passives + excluded.passives,
    detractors = r.detractors + excluded.detractors, n = r.n + excluded.n,
    sum = r.sum + excluded.sum, sum_squares = r.sum_squares + excluded.sum_squares;

  INSERT INTO rollup_day AS r
    (cell_id, model_version_id, bucket, promoters, passives, detractors, n, sum, sum_squares)
  SELECT d.cell_id, d.model_version_id, date_trunc('day', d.bucket, 'UTC'), sum(d.promoters), sum(d.passives),
    sum(d.detractors), sum(d.promoters + d.passives + d.detractors), sum(d.sum), sum(d.sum_squares)
  FROM unnest(deltas) d GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
  ON CONFLICT (cell_id, model_version_id, bucket) DO UPDATE SET
    promoters = r.promoters + excluded.promoters, passives = r.passives + excluded.passives,
    detractors = r.detractors + excluded.detractors, n = r.n + excluded.n,
    sum = r.sum + excluded.sum, sum_squares = r.sum_squares + excluded.sum_squares;

  INSERT INTO rollup_mapping AS r (cell_id, model_version_id, bucket, mapping_version_id, n)
  SELECT d.cell_id, d.model_version_id, date_trunc('hour', d.bucket, 'UTC'), d.mapping_version_id,
    sum(d.promoters + d.passives + d.detractors)
  FROM unnest(deltas) d GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
  ON CONFLICT (cell_id, model_version_id, bucket, mapping_version_id) DO UPDATE SET n = r.n + excluded.n;
END $$;
--> statement-breakpoint
-- The hour deltas as followers read them: [cell id, hours since 1970, promoters, passives, detractors].
CREATE FUNCTION journal_responses(added uuid[], removed uuid[], deltas rollup_delta[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO journal (xact, recorded_at, kind, payload) VALUES (
    pg_current_xact_id()::text::bigint, clock_timestamp(), 'responses',
    jsonb_build_object(
      'added', to_jsonb(coalesce(added, '{}')),
      'removed', to_jsonb(coalesce(removed, '{}')),
      'deltas', coalesce((
        SELECT jsonb_agg(jsonb_build_array(h.cell_id, h.hour, h.promoters, h.passives, h.detractors))
        FROM (
          SELECT d.cell_id, floor(extract(epoch FROM d.bucket) / 3600)::bigint AS hour, sum(d.promoters) AS promoters, sum(d.passives) AS passives, sum(d.detractors) AS detractors
          FROM unnest(deltas) d GROUP BY 1, 2
        ) h), '[]')));
  PERFORM pg_notify('journal', '');
END $$;
--> statement-breakpoint
CREATE FUNCTION response_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE deltas rollup_delta[];
BEGIN
  IF NOT EXISTS (SELECT FROM added) THEN RETURN NULL; END IF;
  SELECT array_agg(g::rollup_delta) INTO deltas FROM (
    SELECT date_trunc('minute', answered_at, 'UTC'), cell_id, 0, mapping_version_id,
      (count(*) FILTER (WHERE class = 2))::integer, (count(*) FILTER (WHERE class = 1))::integer,
      (count(*) FILTER (WHERE class = 0))::integer, sum(points)::bigint, sum(points::bigint * points)::bigint
    FROM added WHERE class IS NOT NULL GROUP BY 1, 2, 4
  ) g;
  PERFORM apply_rollup_deltas(deltas);
  PERFORM journal_responses((SELECT array_agg(id) FROM added), NULL, deltas);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE FUNCTION response_updated() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE deltas rollup_delta[];
BEGIN
  IF NOT EXISTS (SELECT FROM added) THEN RETURN NULL; END IF;
  SELECT array_agg(g::rollup_delta) INTO deltas FROM (
    SELECT date_trunc('minute', answered_at, 'UTC'), cell_id, 0, mapping_version_id,
      sum(CASE WHEN class = 2 THEN sign ELSE 0 END)::integer, sum(CASE WHEN class = 1 THEN sign ELSE 0 END)::integer,
      sum(CASE WHEN class = 0 THEN sign ELSE 0 END)::integer, sum(sign * points)::bigint,
      sum(sign * points::bigint * points)::bigint
    FROM (
      SELECT 1 AS sign, answered_at, cell_id, mapping_version_id, class, points FROM added
      UNION ALL
      SELECT -1, answered_at, cell_id, mapping_version_id, class, points FROM removed
    ) change WHERE class IS NOT NULL GROUP BY 1, 2, 4
  ) g;
  PERFORM apply_rollup_deltas(deltas);
  PERFORM journal_responses(
    (SELECT array_agg(id) FROM added),
    (SELECT array_agg(id) FROM removed WHERE id NOT IN (SELECT id FROM added)), deltas);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE FUNCTION response_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE deltas rollup_delta[];
BEGIN
  IF OLD.class IS NOT NULL THEN
    deltas := ARRAY[ROW(
      date_trunc('minute', OLD.answered_at, 'UTC'), OLD.cell_id, 0, OLD.mapping_version_id,
      -(OLD.class = 2)::integer, -(OLD.class = 1)::integer, -(OLD.class = 0)::integer,
      -OLD.points, -(OLD.points::bigint * OLD.points))::rollup_delta];
    PERFORM apply_rollup_deltas(deltas);
  END IF;
  PERFORM journal_responses(NULL, ARRAY[OLD.id], deltas);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER response_inserted AFTER INSERT ON response
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION response_inserted();
--> statement-breakpoint
CREATE TRIGGER response_updated AFTER UPDATE ON response
  REFERENCING NEW TABLE AS added OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION response_updated();
--> statement-breakpoint
CREATE TRIGGER response_deleted AFTER DELETE ON response
  FOR EACH ROW EXECUTE FUNCTION response_deleted();
