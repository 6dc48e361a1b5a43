CREATE TABLE "counting_verdict" (
	"response_id" uuid PRIMARY KEY NOT NULL,
	"counted" boolean NOT NULL,
	"actor" text NOT NULL,
	"actor_name" text NOT NULL,
	"reason" text NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "respondent_policy" (
	"id" serial PRIMARY KEY NOT NULL,
	"survey" text NOT NULL,
	"kind" text NOT NULL,
	"days" integer,
	"effective_from" timestamp with time zone NOT NULL,
	"actor" text NOT NULL,
	"actor_name" text NOT NULL,
	"reason" text NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"reached" uuid,
	"moved" integer DEFAULT 0 NOT NULL,
	"applied_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "response_flag" (
	"response_id" uuid NOT NULL,
	"rule" text NOT NULL,
	"leaves_out" boolean NOT NULL,
	"found" jsonb NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "response_flag_response_id_rule_pk" PRIMARY KEY("response_id","rule")
);
--> statement-breakpoint
ALTER TABLE "restricted_response" ADD COLUMN "counting" text;--> statement-breakpoint
ALTER TABLE "restricted_response" ADD COLUMN "rule" text;--> statement-breakpoint
ALTER TABLE "restricted_response" ADD COLUMN "instead" uuid;--> statement-breakpoint
ALTER TABLE "restricted_response" ADD COLUMN "answered_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "restricted_response" ADD COLUMN "cell_id" integer;--> statement-breakpoint
CREATE INDEX "uncounted_response_newest" ON "restricted_response" USING btree ("answered_at","id") WHERE counting IS NOT NULL;--> statement-breakpoint
CREATE INDEX "restricted_response_last" ON "restricted_response" USING btree ("recorded_at") WHERE counting IS NULL;
--> statement-breakpoint
-- Written by every statement that keeps a response apart, or changes one there.
CREATE FUNCTION place_aside() RETURNS trigger LANGUAGE plpgsql AS $function$
BEGIN
  NEW.answered_at := (NEW.row->>'answered_at')::timestamptz;
  NEW.cell_id := (NEW.row->>'cell_id')::integer;
  RETURN NEW;
END $function$;
--> statement-breakpoint
CREATE TRIGGER place_aside BEFORE INSERT OR UPDATE OF "row" ON restricted_response FOR EACH ROW EXECUTE FUNCTION place_aside();
--> statement-breakpoint
-- Followers read the state of a response that the journal names; no count changes.
CREATE FUNCTION counting_changed() RETURNS trigger LANGUAGE plpgsql AS $function$
BEGIN
  PERFORM journal_responses(NULL, ARRAY[NEW.id], NULL);
  RETURN NULL;
END $function$;
--> statement-breakpoint
CREATE TRIGGER counting_changed AFTER UPDATE OF counting ON restricted_response FOR EACH ROW
  WHEN (OLD.counting IS DISTINCT FROM NEW.counting) EXECUTE FUNCTION counting_changed();
--> statement-breakpoint
CREATE VIEW uncounted_response AS
  SELECT t.id, t.answered_at, x.received_at, t.cell_id, x.mapping_version_id, x.source_event_id, x.external_id, x.score, x.points,
    x.class, x.comment, x.subject_id, x.account_id, t.counting, t.rule, t.instead, t.recorded_at
  FROM restricted_response t CROSS JOIN LATERAL jsonb_to_record(t.row) AS x (received_at timestamptz, mapping_version_id integer,
    source_event_id uuid, external_id text, score smallint, points smallint, class smallint, comment text, subject_id uuid,
    account_id uuid)
  WHERE t.counting IS NOT NULL;
