-- Predictions flow into rollups under their model version by the same mechanism as responses: signed deltas in the
-- transaction of the fact. INSERT: one statement-level trigger; DELETE: row by row (see 0001).
CREATE TYPE prediction_delta AS (
  bucket timestamptz,
  cell_id integer,
  model_version_id integer,
  mapping_version_id integer,
  promoters integer,
  passives integer,
  detractors integer,
  alone_promoters integer,
  alone_passives integer,
  alone_detractors integer,
  promoter_millionths bigint,
  passive_millionths bigint,
  detractor_millionths bigint
);
--> statement-breakpoint
-- One level: deltas summed by bucket, keys sorted so that two writers never wait for each other in a circle.
CREATE FUNCTION apply_prediction_level(target regclass, unit text, deltas prediction_delta[], since timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format($statement$
    INSERT INTO %s AS r (cell_id, model_version_id, bucket, promoters, passives, detractors, n, sum, sum_squares,
      alone_promoters, alone_passives, alone_detractors, promoter_millionths, passive_millionths, detractor_millionths)
    SELECT d.cell_id, d.model_version_id, date_trunc($1, d.bucket, 'UTC'), sum(d.promoters), sum(d.passives),
      sum(d.detractors), sum(d.promoters + d.passives + d.detractors), 0, 0, sum(d.alone_promoters),
      sum(d.alone_passives), sum(d.alone_detractors), sum(d.promoter_millionths), sum(d.passive_millionths),
      sum(d.detractor_millionths)
    FROM unnest($2) d WHERE d.bucket >= $3 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (cell_id, model_version_id, bucket) DO UPDATE SET
      promoters = r.promoters + excluded.promoters, passives = r.passives + excluded.passives,
      detractors = r.detractors + excluded.detractors, n = r.n + excluded.n,
      alone_promoters = r.alone_promoters + excluded.alone_promoters,
      alone_passives = r.alone_passives + excluded.alone_passives,
      alone_detractors = r.alone_detractors + excluded.alone_detractors,
      promoter_millionths = r.promoter_millionths + excluded.promoter_millionths,
      passive_millionths = r.passive_millionths + excluded.passive_millionths,
      detractor_millionths = r.detractor_millionths + excluded.detractor_millionths
  $statement$, target) USING unit, deltas, since;
END $$;
--> statement-breakpoint
CREATE FUNCTION apply_prediction_deltas(deltas prediction_delta[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF deltas IS NULL THEN RETURN; END IF;
  PERFORM apply_prediction_level('rollup_minute', 'minute', deltas, now() - interval '49 hours');
  PERFORM apply_prediction_level('rollup_hour', 'hour', deltas, '-infinity');
  PERFORM apply_prediction_level('rollup_day', 'day', deltas, '-infinity');
  INSERT INTO rollup_mapping AS r (cell_id, model_version_id, bucket, mapping_version_id, n)
  SELECT d.cell_id, d.model_version_id, date_trunc('hour', d.bucket, 'UTC'), d.mapping_version_id,
    sum(d.promoters + d.passives + d.detractors)
  FROM unnest(deltas) d GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
  ON CONFLICT (cell_id, model_version_id, bucket, mapping_version_id) DO UPDATE SET n = r.n + excluded.n;
END $$;
--> statement-breakpoint
-- One entry for each model version, as followers read it: see journal_responses.
CREATE FUNCTION journal_predictions(model integer, added uuid[], removed uuid[], deltas prediction_delta[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO journal (xact, recorded_at, kind, payload) VALUES (
    pg_current_xact_id()::text::bigint, clock_timestamp(), 'predictions',
    jsonb_build_object(
      'model', model,
      'added', to_jsonb(coalesce(added, '{}')),
      'removed', to_jsonb(coalesce(removed, '{}')),
      'deltas', coalesce((
        SELECT jsonb_agg(jsonb_build_array(h.cell_id, h.hour, h.promoters, h.passives, h.detractors))
        FROM (
          SELECT d.cell_id, floor(extract(epoch FROM d.bucket) / 3600)::bigint AS hour, sum(d.promoters) AS promoters,
            sum(d.passives) AS passives, sum(d.detractors) AS detractors
          FROM unnest(deltas) d WHERE d.model_version_id = model GROUP BY 1, 2
        ) h), '[]')));
  PERFORM pg_notify('journal', '');
END $$;
--> statement-breakpoint
CREATE FUNCTION prediction_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE deltas prediction_delta[];
BEGIN
  IF NOT EXISTS (SELECT FROM added) THEN RETURN NULL; END IF;
  SELECT array_agg(g::prediction_delta) INTO deltas FROM (
    SELECT date_trunc('minute', answered_at, 'UTC'), cell_id, model_version_id, mapping_version_id,
      (count(*) FILTER (WHERE class = 2))::integer, (count(*) FILTER (WHERE class = 1))::integer,
      (count(*) FILTER (WHERE class = 0))::integer,
      (count(*) FILTER (WHERE class = 2 AND NOT surveyed))::integer,
      (count(*) FILTER (WHERE class = 1 AND NOT surveyed))::integer,
      (count(*) FILTER (WHERE class = 0 AND NOT surveyed))::integer,
      sum(promoter)::bigint, sum(passive)::bigint, sum(detractor)::bigint
    FROM added WHERE class IS NOT NULL GROUP BY 1, 2, 3, 4
  ) g;
  PERFORM apply_prediction_deltas(deltas);
  PERFORM journal_predictions(model_version_id, array_agg(response_id), NULL, deltas)
  FROM added GROUP BY model_version_id ORDER BY model_version_id;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE FUNCTION prediction_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE deltas prediction_delta[]; alone integer := (NOT OLD.surveyed)::integer;
BEGIN
  IF OLD.class IS NOT NULL THEN
    deltas := ARRAY[ROW(
      date_trunc('minute', OLD.answered_at, 'UTC'), OLD.cell_id, OLD.model_version_id, OLD.mapping_version_id,
      -(OLD.class = 2)::integer, -(OLD.class = 1)::integer, -(OLD.class = 0)::integer,
      -(OLD.class = 2)::integer * alone, -(OLD.class = 1)::integer * alone, -(OLD.class = 0)::integer * alone,
      -OLD.promoter, -OLD.passive, -OLD.detractor)::prediction_delta];
    PERFORM apply_prediction_deltas(deltas);
  END IF;
  PERFORM journal_predictions(OLD.model_version_id, NULL, ARRAY[OLD.response_id], deltas);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE FUNCTION prediction_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a prediction is not changed; delete it and predict again';
END $$;
--> statement-breakpoint
CREATE TRIGGER prediction_inserted AFTER INSERT ON prediction
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION prediction_inserted();
--> statement-breakpoint
CREATE TRIGGER prediction_updated BEFORE UPDATE ON prediction
  FOR EACH STATEMENT EXECUTE FUNCTION prediction_updated();
--> statement-breakpoint
CREATE TRIGGER prediction_deleted AFTER DELETE ON prediction
  FOR EACH ROW EXECUTE FUNCTION prediction_deleted();
--> statement-breakpoint
-- What a model said of a response goes with it, and with what was changed in it; followers then predict again.
CREATE FUNCTION response_predictions_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM prediction WHERE response_id = OLD.id AND answered_at = OLD.answered_at;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER response_predictions_deleted AFTER DELETE ON response
  FOR EACH ROW EXECUTE FUNCTION response_predictions_deleted();
--> statement-breakpoint
CREATE TRIGGER response_predictions_changed AFTER UPDATE ON response
  FOR EACH ROW EXECUTE FUNCTION response_predictions_deleted();
--> statement-breakpoint
CREATE FUNCTION keep_model_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'changes of stage are never changed or deleted';
END $$;
--> statement-breakpoint
CREATE TRIGGER keep_model_events BEFORE UPDATE OR DELETE ON model_event
  FOR EACH STATEMENT EXECUTE FUNCTION keep_model_events();
--> statement-breakpoint
-- A change of stage is told to followers like any other change.
CREATE FUNCTION model_event_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO journal (xact, recorded_at, kind, payload) VALUES (
    pg_current_xact_id()::text::bigint, clock_timestamp(), 'model',
    jsonb_build_object('model', NEW.model_version_id, 'added', '[]'::jsonb, 'removed', '[]'::jsonb, 'deltas', '[]'::jsonb));
  PERFORM pg_notify('journal', '');
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER model_event_inserted AFTER INSERT ON model_event
  FOR EACH ROW EXECUTE FUNCTION model_event_inserted();
