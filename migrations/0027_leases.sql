CREATE TABLE "lease" (
	"name" text PRIMARY KEY NOT NULL,
	"token" bigint NOT NULL,
	"holder" text,
	"held_until" timestamp with time zone NOT NULL
);
--> statement-breakpoint
-- Every transaction of this database with a smaller id has ended: entries below it are final (docs/decisions/0049). The ids of a
-- snapshot are those of the whole cluster; writers of other databases are left out where that is certain.
CREATE FUNCTION journal_safe_end() RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
  seen pg_snapshot := pg_current_snapshot();
  own bigint := pg_current_xact_id_if_assigned()::text::bigint;
  running bigint := least(pg_snapshot_xmin(seen)::text::bigint, own);
  others integer[];
  elsewhere xid[];
BEGIN
  -- Mostly nothing is held back, and the locks of the cluster need not be read.
  IF NOT EXISTS (SELECT FROM public.journal WHERE xact >= running) THEN RETURN running; END IF;
  -- In this order. A transaction of the snapshot that still holds its lock below has run in one backend all the time, so the
  -- database read here is its own, even where process ids are used again. What is not found is taken for a writer.
  PERFORM pg_stat_clear_snapshot();
  SELECT coalesce(array_agg(a.pid), '{}') INTO others FROM pg_stat_get_activity(NULL) a
    WHERE a.datid <> 0 AND a.datid <> (SELECT d.oid FROM pg_database d WHERE d.datname = current_database());
  SELECT coalesce(array_agg(l.transactionid), '{}') INTO elsewhere FROM pg_locks l
    WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted AND l.pid = ANY (others);
  SELECT elsewhere || coalesce(array_agg(p.transaction), '{}') INTO elsewhere FROM pg_prepared_xacts p
    WHERE p.database <> current_database();
  RETURN (SELECT least(pg_snapshot_xmax(seen)::text::bigint, own, min(x.id::text::bigint))
    FROM pg_snapshot_xip(seen) AS x (id) WHERE x.id::xid <> ALL (elsewhere));
END $$;
