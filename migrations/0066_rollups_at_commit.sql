-- Rollups are written once per transaction, when it commits: what its statements changed is added up, and each table is written
-- by one statement in the order of its key. So two transactions never wait for each other's rollups in a circle, whatever either
-- changed first, and a rollup is locked only while its transaction commits.
ALTER FUNCTION apply_rollup_deltas(rollup_delta[]) RENAME TO write_rollup_deltas;
--> statement-breakpoint
ALTER FUNCTION apply_prediction_deltas(prediction_delta[]) RENAME TO write_prediction_deltas;
--> statement-breakpoint
ALTER FUNCTION apply_theme_deltas(theme_delta[]) RENAME TO write_theme_deltas;
--> statement-breakpoint
-- Rows of transactions under way; each deletes its own as it commits. Unlogged, because none outlives its transaction.
CREATE UNLOGGED TABLE pending_rollup (
  xact xid8 DEFAULT pg_current_xact_id() NOT NULL,
  responses rollup_delta[],
  predictions prediction_delta[],
  themes theme_delta[]
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
--> statement-breakpoint
CREATE INDEX pending_rollup_xact ON pending_rollup (xact);
--> statement-breakpoint
CREATE FUNCTION apply_rollup_deltas(deltas rollup_delta[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF deltas IS NOT NULL THEN INSERT INTO pending_rollup (responses) VALUES (deltas); END IF;
END $$;
--> statement-breakpoint
CREATE FUNCTION apply_prediction_deltas(deltas prediction_delta[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF deltas IS NOT NULL THEN INSERT INTO pending_rollup (predictions) VALUES (deltas); END IF;
END $$;
--> statement-breakpoint
CREATE FUNCTION apply_theme_deltas(deltas theme_delta[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF deltas IS NOT NULL THEN INSERT INTO pending_rollup (themes) VALUES (deltas); END IF;
END $$;
--> statement-breakpoint
-- The first row of a transaction brings all of them, the others find nothing. A plan made while the table was small would read
-- all of it when a long transaction keeps dead rows, hence the index.
CREATE FUNCTION write_pending_rollups() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE responses rollup_delta[]; predictions prediction_delta[]; themes theme_delta[];
BEGIN
  WITH own AS (DELETE FROM pending_rollup p WHERE p.xact = pg_current_xact_id() RETURNING p.*)
  SELECT (SELECT array_agg(d) FROM own, unnest(own.responses) d), (SELECT array_agg(d) FROM own, unnest(own.predictions) d),
    (SELECT array_agg(d) FROM own, unnest(own.themes) d) INTO responses, predictions, themes;
  PERFORM write_rollup_deltas(responses);
  PERFORM write_prediction_deltas(predictions);
  PERFORM write_theme_deltas(themes);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER write_pending_rollups AFTER INSERT ON pending_rollup DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION write_pending_rollups();
