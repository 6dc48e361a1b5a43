CREATE TABLE "identity_merge" (
	"id" uuid PRIMARY KEY NOT NULL,
	"seq" bigserial NOT NULL,
	"kind" text NOT NULL,
	"from_id" uuid,
	"into_id" uuid,
	"actor" text NOT NULL,
	"reason" text,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"undone_at" timestamp with time zone,
	"undone_by" text,
	"undo_reason" text,
	"gone_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "merged_subject" (
	"id" uuid PRIMARY KEY NOT NULL,
	"root_id" uuid NOT NULL
);
--> statement-breakpoint
ALTER TABLE "subject_key" ADD COLUMN "restricted_by_merge" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "identity_merge_from" ON "identity_merge" USING btree ("from_id") WHERE from_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX "identity_merge_into" ON "identity_merge" USING btree ("into_id") WHERE into_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX "identity_merge_newest" ON "identity_merge" USING btree ("recorded_at","id");--> statement-breakpoint
CREATE INDEX "merged_subject_root_id_index" ON "merged_subject" USING btree ("root_id");
--> statement-breakpoint
CREATE FUNCTION identities_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE ids jsonb;
BEGIN
  SELECT jsonb_agg(id) INTO ids FROM changed;
  IF ids IS NOT NULL THEN PERFORM journal_marks('identity', jsonb_build_object('merges', ids)); END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER identities_inserted AFTER INSERT ON identity_merge
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION identities_changed();
--> statement-breakpoint
CREATE TRIGGER identities_updated AFTER UPDATE ON identity_merge
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION identities_changed();
