CREATE TABLE "segment_rules" (
	"id" serial PRIMARY KEY NOT NULL,
	"config" text NOT NULL,
	"rules" jsonb NOT NULL,
	"undoes" integer,
	"actor" text NOT NULL,
	"actor_name" text NOT NULL,
	"reason" text NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"seen" integer DEFAULT 0 NOT NULL,
	"moved" integer DEFAULT 0 NOT NULL,
	"held" integer DEFAULT 0 NOT NULL,
	"undeclared" integer DEFAULT 0 NOT NULL,
	"applied_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "response_key" ADD COLUMN "segment_rules" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "source_event" ADD COLUMN "sent" "bytea";--> statement-breakpoint
CREATE INDEX "response_key_segment_rules" ON "response_key" USING btree ("segment_rules","id") WHERE subject_id IS NOT NULL;