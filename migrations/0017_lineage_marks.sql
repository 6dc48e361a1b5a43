-- What is said of facts is told to followers like any other change, so that the lineage graph holds it too: seals by the range
-- of their places in the log, reviews by their ids.
CREATE FUNCTION journal_marks(kind text, what jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO journal (xact, recorded_at, kind, payload) VALUES (
    pg_current_xact_id()::text::bigint, clock_timestamp(), kind,
    jsonb_build_object('added', '[]'::jsonb, 'removed', '[]'::jsonb, 'deltas', '[]'::jsonb) || what);
  PERFORM pg_notify('journal', '');
END $$;
--> statement-breakpoint
CREATE FUNCTION seals_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE range jsonb;
BEGIN
  SELECT jsonb_build_array(min(id), max(id)) INTO range FROM added HAVING count(*) > 0;
  IF range IS NOT NULL THEN PERFORM journal_marks('seal', jsonb_build_object('seals', range)); END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER seals_inserted AFTER INSERT ON seal
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION seals_inserted();
--> statement-breakpoint
CREATE FUNCTION reviews_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE ids jsonb;
BEGIN
  SELECT jsonb_agg(id) INTO ids FROM changed;
  IF ids IS NOT NULL THEN PERFORM journal_marks('review', jsonb_build_object('reviews', ids)); END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER reviews_inserted AFTER INSERT ON review
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION reviews_changed();
--> statement-breakpoint
CREATE TRIGGER reviews_deleted AFTER DELETE ON review
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION reviews_changed();
--> statement-breakpoint
-- What there is already is told now: a graph that has followed until here takes it in with the rest.
SELECT journal_marks('monitor', jsonb_build_object('model', id, 'alarms', '[]'::jsonb)) FROM model_version WHERE id > 0 ORDER BY id;
--> statement-breakpoint
SELECT journal_marks('seal', jsonb_build_object('seals', jsonb_build_array(min(id), max(id))))
  FROM seal GROUP BY id / 5000 ORDER BY id / 5000;
--> statement-breakpoint
SELECT journal_marks('review', jsonb_build_object('reviews', jsonb_agg(id))) FROM review HAVING count(*) > 0;
