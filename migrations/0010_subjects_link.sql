-- Everybody whose answers are held gets a row, before the columns that tell who they are go. The rows get their keys, and
-- what is held its seal, at the record's next start (store/seal-stored.ts): SQL has no keys.
INSERT INTO subject_key (id, pseudonym)
  SELECT gen_random_uuid(), respondent FROM (SELECT DISTINCT respondent FROM response_key WHERE respondent IS NOT NULL) known;
--> statement-breakpoint
INSERT INTO subject_key (id) SELECT id FROM response_key WHERE respondent IS NULL;
--> statement-breakpoint
UPDATE response_key k SET subject_id = s.id FROM subject_key s WHERE s.pseudonym = k.respondent;
--> statement-breakpoint
UPDATE response_key SET subject_id = id WHERE respondent IS NULL;
--> statement-breakpoint
UPDATE source_event e SET subject_id = k.subject_id FROM response_key k WHERE k.id = e.response_id;
--> statement-breakpoint
-- Sealing what is there already changes no fact: a transaction that says so (scoreline.sealing) wakes nobody.
CREATE FUNCTION is_sealing() RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT current_setting('scoreline.sealing', true) IS NOT DISTINCT FROM 'on'
$$;
--> statement-breakpoint
DROP TRIGGER response_predictions_changed ON response;
--> statement-breakpoint
CREATE TRIGGER response_predictions_changed AFTER UPDATE ON response
  FOR EACH ROW WHEN (NOT is_sealing()) EXECUTE FUNCTION response_predictions_deleted();
--> statement-breakpoint
CREATE OR REPLACE FUNCTION response_updated() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE deltas rollup_delta[];
BEGIN
  IF is_sealing() OR NOT EXISTS (SELECT FROM added) THEN RETURN NULL; END IF;
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
