CREATE TABLE "change_event" (
	"id" uuid PRIMARY KEY NOT NULL,
	"source_id" integer NOT NULL,
	"external_id" text NOT NULL,
	"received_at" timestamp with time zone NOT NULL,
	"content_hash" text NOT NULL,
	"former_hashes" text[] DEFAULT '{}' NOT NULL,
	"revision" bigint,
	"revised_at" timestamp with time zone,
	"kind" text NOT NULL,
	"title" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"until" timestamp with time zone,
	"link" text,
	"segment" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "gone_outcome" (
	"id" uuid PRIMARY KEY NOT NULL,
	"cell_id" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "invitation" (
	"id" uuid PRIMARY KEY NOT NULL,
	"source_id" integer NOT NULL,
	"external_id" text NOT NULL,
	"received_at" timestamp with time zone NOT NULL,
	"content_hash" text NOT NULL,
	"former_hashes" text[] DEFAULT '{}' NOT NULL,
	"revision" bigint,
	"revised_at" timestamp with time zone,
	"at" timestamp with time zone NOT NULL,
	"cell_id" integer NOT NULL,
	"invited" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "outcome" (
	"id" uuid PRIMARY KEY NOT NULL,
	"source_id" integer NOT NULL,
	"external_id" text NOT NULL,
	"received_at" timestamp with time zone NOT NULL,
	"content_hash" text NOT NULL,
	"former_hashes" text[] DEFAULT '{}' NOT NULL,
	"revision" bigint,
	"revised_at" timestamp with time zone,
	"kind" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"cell_id" integer NOT NULL,
	"subject_id" uuid,
	"account_id" uuid,
	"restricted" boolean DEFAULT false NOT NULL,
	"amount" bigint,
	"currency" text,
	"quantity" bigint,
	"name" text,
	"owner" text,
	"position" text NOT NULL,
	"sealed" "bytea"
);
--> statement-breakpoint
ALTER TABLE "response" ADD COLUMN "account_id" uuid;--> statement-breakpoint
CREATE INDEX "change_event_at_id_index" ON "change_event" USING btree ("at","id");--> statement-breakpoint
CREATE INDEX "invitation_cell_id_at_index" ON "invitation" USING btree ("cell_id","at");--> statement-breakpoint
CREATE INDEX "outcome_cell_id_at_id_index" ON "outcome" USING btree ("cell_id","at","id");--> statement-breakpoint
CREATE INDEX "outcome_at_id_index" ON "outcome" USING btree ("at","id");--> statement-breakpoint
CREATE INDEX "outcome_subject" ON "outcome" USING btree ("subject_id","at") WHERE subject_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX "outcome_account" ON "outcome" USING btree ("account_id","at") WHERE account_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX "response_account" ON "response" USING btree ("account_id","answered_at") WHERE account_id IS NOT NULL;--> statement-breakpoint
-- Outcomes are named in the journal like other facts: their lineage nodes follow it, and so do those who watch accounts.
CREATE FUNCTION outcomes_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE ids jsonb;
BEGIN
  SELECT jsonb_agg(id) INTO ids FROM changed;
  IF ids IS NOT NULL THEN PERFORM journal_marks('outcome', jsonb_build_object('outcomes', ids)); END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER outcomes_inserted AFTER INSERT ON outcome
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION outcomes_changed();
--> statement-breakpoint
CREATE TRIGGER outcomes_updated AFTER UPDATE ON outcome
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION outcomes_changed();
--> statement-breakpoint
CREATE TRIGGER outcomes_deleted AFTER DELETE ON outcome
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION outcomes_changed();
