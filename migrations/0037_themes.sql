CREATE TABLE "model_theme" (
	"model_version_id" integer NOT NULL,
	"place" smallint NOT NULL,
	"theme" text NOT NULL,
	"threshold" integer,
	CONSTRAINT "model_theme_model_version_id_place_pk" PRIMARY KEY("model_version_id","place")
);
--> statement-breakpoint
CREATE TABLE "theme_day" (
	"bucket" timestamp with time zone NOT NULL,
	"cell_id" integer NOT NULL,
	"model_version_id" integer NOT NULL,
	"theme" smallint NOT NULL,
	"named" smallint NOT NULL,
	"surveyed_promoters" integer NOT NULL,
	"surveyed_passives" integer NOT NULL,
	"surveyed_detractors" integer NOT NULL,
	"promoters" integer NOT NULL,
	"passives" integer NOT NULL,
	"detractors" integer NOT NULL,
	"alone_promoters" integer NOT NULL,
	"alone_passives" integer NOT NULL,
	"alone_detractors" integer NOT NULL,
	CONSTRAINT "theme_day_cell_id_model_version_id_bucket_theme_named_pk" PRIMARY KEY("cell_id","model_version_id","bucket","theme","named")
);
--> statement-breakpoint
CREATE TABLE "theme_hour" (
	"bucket" timestamp with time zone NOT NULL,
	"cell_id" integer NOT NULL,
	"model_version_id" integer NOT NULL,
	"theme" smallint NOT NULL,
	"named" smallint NOT NULL,
	"surveyed_promoters" integer NOT NULL,
	"surveyed_passives" integer NOT NULL,
	"surveyed_detractors" integer NOT NULL,
	"promoters" integer NOT NULL,
	"passives" integer NOT NULL,
	"detractors" integer NOT NULL,
	"alone_promoters" integer NOT NULL,
	"alone_passives" integer NOT NULL,
	"alone_detractors" integer NOT NULL,
	CONSTRAINT "theme_hour_cell_id_model_version_id_bucket_theme_named_pk" PRIMARY KEY("cell_id","model_version_id","bucket","theme","named")
);
--> statement-breakpoint
CREATE TABLE "theme_precision" (
	"theme" text PRIMARY KEY NOT NULL,
	"precision" numeric NOT NULL
);
--> statement-breakpoint
ALTER TABLE "prediction" ADD COLUMN "surveyed_class" smallint;--> statement-breakpoint
-- Themes flow into rollups of their own by the same mechanism as predictions: signed deltas in the transaction of the fact.
-- A theme is named from a probability on that follows from the model and the configured precision.
CREATE FUNCTION themes_of(artefact jsonb) RETURNS TABLE (place smallint, theme text, threshold integer) LANGUAGE sql STABLE AS $$
  SELECT t.ordinality::smallint, t.value ->> 'name', CASE WHEN p.precision IS NULL THEN 500000
    ELSE ceil((t.value -> 'thresholds' ->> round(p.precision * 100)::integer::text)::numeric * 1000000)::integer END
  FROM jsonb_array_elements(CASE jsonb_typeof(artefact #> '{heads,themes}') WHEN 'array' THEN artefact #> '{heads,themes}' ELSE '[]' END)
    WITH ORDINALITY t LEFT JOIN theme_precision p ON p.theme = t.value ->> 'name'
$$;
--> statement-breakpoint
CREATE FUNCTION model_version_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO model_theme (model_version_id, place, theme, threshold)
  SELECT NEW.id, t.place, t.theme, t.threshold FROM themes_of(NEW.artefact) t;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER model_version_inserted AFTER INSERT ON model_version
  FOR EACH ROW EXECUTE FUNCTION model_version_inserted();
--> statement-breakpoint
-- The places of the themes that a prediction names.
CREATE FUNCTION named_themes(model integer, probabilities integer[]) RETURNS smallint[] LANGUAGE sql STABLE AS $$
  SELECT array_agg(t.place ORDER BY t.place) FROM model_theme t
  WHERE t.model_version_id = model AND probabilities[t.place] >= t.threshold
$$;
--> statement-breakpoint
CREATE TYPE theme_delta AS (
  bucket timestamptz,
  cell_id integer,
  model_version_id integer,
  theme smallint,
  named smallint,
  surveyed_class smallint,
  class smallint,
  surveyed boolean,
  sign integer
);
--> statement-breakpoint
-- One level: deltas summed by bucket, keys sorted so that two writers never wait for each other in a circle.
CREATE FUNCTION apply_theme_level(target regclass, unit text, deltas theme_delta[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format($statement$
    INSERT INTO %s AS r (bucket, cell_id, model_version_id, theme, named, surveyed_promoters, surveyed_passives,
      surveyed_detractors, promoters, passives, detractors, alone_promoters, alone_passives, alone_detractors)
    SELECT date_trunc($1, d.bucket, 'UTC'), d.cell_id, d.model_version_id, d.theme, d.named,
      coalesce(sum(d.sign) FILTER (WHERE d.surveyed_class = 2), 0), coalesce(sum(d.sign) FILTER (WHERE d.surveyed_class = 1), 0),
      coalesce(sum(d.sign) FILTER (WHERE d.surveyed_class = 0), 0), coalesce(sum(d.sign) FILTER (WHERE d.class = 2), 0),
      coalesce(sum(d.sign) FILTER (WHERE d.class = 1), 0), coalesce(sum(d.sign) FILTER (WHERE d.class = 0), 0),
      coalesce(sum(d.sign) FILTER (WHERE d.class = 2 AND NOT d.surveyed), 0),
      coalesce(sum(d.sign) FILTER (WHERE d.class = 1 AND NOT d.surveyed), 0),
      coalesce(sum(d.sign) FILTER (WHERE d.class = 0 AND NOT d.surveyed), 0)
    FROM unnest($2) d GROUP BY 1, 2, 3, 4, 5 ORDER BY 2, 3, 1, 4, 5
    ON CONFLICT (cell_id, model_version_id, bucket, theme, named) DO UPDATE SET
      surveyed_promoters = r.surveyed_promoters + excluded.surveyed_promoters,
      surveyed_passives = r.surveyed_passives + excluded.surveyed_passives,
      surveyed_detractors = r.surveyed_detractors + excluded.surveyed_detractors,
      promoters = r.promoters + excluded.promoters, passives = r.passives + excluded.passives,
      detractors = r.detractors + excluded.detractors, alone_promoters = r.alone_promoters + excluded.alone_promoters,
      alone_passives = r.alone_passives + excluded.alone_passives,
      alone_detractors = r.alone_detractors + excluded.alone_detractors
  $statement$, target) USING unit, deltas;
END $$;
--> statement-breakpoint
CREATE FUNCTION apply_theme_deltas(deltas theme_delta[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF deltas IS NULL THEN RETURN; END IF;
  PERFORM apply_theme_level('theme_hour', 'hour', deltas);
  PERFORM apply_theme_level('theme_day', 'day', deltas);
END $$;
--> statement-breakpoint
CREATE FUNCTION prediction_themes_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM apply_theme_deltas((SELECT array_agg(d::theme_delta) FROM (
    SELECT p.answered_at, p.cell_id, p.model_version_id, theme.place, cardinality(n.places)::smallint, p.surveyed_class, p.class,
      p.surveyed, 1
    FROM added p CROSS JOIN LATERAL (SELECT named_themes(p.model_version_id, p.themes) AS places) n
      CROSS JOIN LATERAL unnest(n.places) AS theme (place)
    WHERE p.class IS NOT NULL
  ) d));
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER prediction_themes_inserted AFTER INSERT ON prediction
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION prediction_themes_inserted();
--> statement-breakpoint
CREATE FUNCTION prediction_themes_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE places smallint[];
BEGIN
  IF OLD.class IS NULL THEN RETURN NULL; END IF;
  places := named_themes(OLD.model_version_id, OLD.themes);
  PERFORM apply_theme_deltas((SELECT array_agg(ROW(OLD.answered_at, OLD.cell_id, OLD.model_version_id, theme.place,
      cardinality(places)::smallint, OLD.surveyed_class, OLD.class, OLD.surveyed, -1)::theme_delta)
    FROM unnest(places) AS theme (place)));
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER prediction_themes_deleted AFTER DELETE ON prediction
  FOR EACH ROW EXECUTE FUNCTION prediction_themes_deleted();
--> statement-breakpoint
-- Counts a model's themes again from its predictions, for when it names them from other probabilities on.
CREATE FUNCTION recount_themes(model integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE level record;
BEGIN
  LOCK TABLE prediction IN SHARE MODE;
  FOR level IN SELECT * FROM (VALUES ('theme_hour'::regclass, 'hour'), ('theme_day'::regclass, 'day')) AS l (target, unit) LOOP
    EXECUTE format('DELETE FROM %s WHERE model_version_id = $1', level.target) USING model;
    EXECUTE format($statement$
      INSERT INTO %s (bucket, cell_id, model_version_id, theme, named, surveyed_promoters, surveyed_passives,
        surveyed_detractors, promoters, passives, detractors, alone_promoters, alone_passives, alone_detractors)
      SELECT date_trunc($1, p.answered_at, 'UTC'), p.cell_id, p.model_version_id, theme.place, cardinality(n.places),
        count(*) FILTER (WHERE p.surveyed_class = 2), count(*) FILTER (WHERE p.surveyed_class = 1),
        count(*) FILTER (WHERE p.surveyed_class = 0), count(*) FILTER (WHERE p.class = 2), count(*) FILTER (WHERE p.class = 1),
        count(*) FILTER (WHERE p.class = 0), count(*) FILTER (WHERE p.class = 2 AND NOT p.surveyed),
        count(*) FILTER (WHERE p.class = 1 AND NOT p.surveyed), count(*) FILTER (WHERE p.class = 0 AND NOT p.surveyed)
      FROM prediction p CROSS JOIN LATERAL (SELECT named_themes(p.model_version_id, p.themes) AS places) n
        CROSS JOIN LATERAL unnest(n.places) AS theme (place)
      WHERE p.model_version_id = $2 AND p.class IS NOT NULL GROUP BY 1, 2, 3, 4, 5
    $statement$, level.target) USING level.unit, model;
  END LOOP;
END $$;
--> statement-breakpoint
-- Takes over how often naming each theme must be right, {"theme": precision}; counts again what changes by it.
CREATE FUNCTION set_theme_precision(given jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE model record;
BEGIN
  LOCK TABLE theme_precision IN EXCLUSIVE MODE;
  IF given = (SELECT coalesce(jsonb_object_agg(theme, precision), '{}') FROM theme_precision) THEN RETURN; END IF;
  DELETE FROM theme_precision;
  INSERT INTO theme_precision (theme, precision) SELECT key, value::numeric FROM jsonb_each_text(given);
  FOR model IN SELECT v.id, v.artefact FROM model_version v WHERE EXISTS (
      SELECT FROM model_theme m JOIN themes_of(v.artefact) t USING (place)
      WHERE m.model_version_id = v.id AND m.threshold IS DISTINCT FROM t.threshold) ORDER BY v.id LOOP
    UPDATE model_theme m SET threshold = t.threshold FROM themes_of(model.artefact) t
    WHERE m.model_version_id = model.id AND m.place = t.place;
    PERFORM recount_themes(model.id);
  END LOOP;
END $$;
--> statement-breakpoint
-- What there is already. Predictions are never updated, except for the new column, here.
CREATE OR REPLACE FUNCTION prediction_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RETURN NULL;
END $$;
--> statement-breakpoint
UPDATE prediction p SET surveyed_class = r.class FROM response r
WHERE p.surveyed AND r.id = p.response_id AND r.answered_at = p.answered_at;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION prediction_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a prediction is not changed; delete it and predict again';
END $$;
--> statement-breakpoint
INSERT INTO model_theme (model_version_id, place, theme, threshold)
SELECT v.id, t.place, t.theme, t.threshold FROM model_version v CROSS JOIN LATERAL themes_of(v.artefact) t;
--> statement-breakpoint
SELECT recount_themes(id) FROM model_version WHERE id > 0;
