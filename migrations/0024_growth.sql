CREATE TABLE "journal_mark" (
	"id" smallint PRIMARY KEY NOT NULL,
	"xact" bigint NOT NULL,
	"position" bigint NOT NULL,
	"reaches_back" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "source_event" ALTER COLUMN "hash" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "source_event" ADD COLUMN "digest" "bytea";--> statement-breakpoint
ALTER TABLE "source_event" ADD COLUMN "sealed" "bytea";--> statement-breakpoint
ALTER TABLE "subject_key" ADD COLUMN "shared" boolean DEFAULT false NOT NULL;