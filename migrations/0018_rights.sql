CREATE TABLE "retired_key" (
	"provider" text NOT NULL,
	"version" text NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "retired_key_provider_version_pk" PRIMARY KEY("provider","version")
);
--> statement-breakpoint
ALTER TABLE "erasure" ADD COLUMN "subject_ids" uuid[];--> statement-breakpoint
ALTER TABLE "erasure" ADD COLUMN "models" integer[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "erasure" ADD COLUMN "wrapped_by" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "erasure" ADD COLUMN "xact" bigint;--> statement-breakpoint
ALTER TABLE "erasure" ADD COLUMN "journal_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "erasure" ADD COLUMN "files_at" timestamp with time zone;--> statement-breakpoint
CREATE INDEX "source_event_subject_id_index" ON "source_event" USING btree ("subject_id");