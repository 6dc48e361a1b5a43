-- Readings are told to followers like any other change: one entry for each model version.
CREATE FUNCTION monitor_readings_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO journal (xact, recorded_at, kind, payload)
  SELECT pg_current_xact_id()::text::bigint, clock_timestamp(), 'monitor',
    jsonb_build_object('model', model_version_id, 'added', '[]'::jsonb, 'removed', '[]'::jsonb, 'deltas', '[]'::jsonb,
      'alarms', coalesce(jsonb_agg(DISTINCT metric) FILTER (WHERE alarm), '[]'))
  FROM added GROUP BY model_version_id ORDER BY model_version_id;
  PERFORM pg_notify('journal', '');
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER monitor_readings_inserted AFTER INSERT ON monitor_reading
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION monitor_readings_inserted();
