ALTER TABLE "erasure" ADD COLUMN "subject_ids" uuid[];--> statement-breakpoint
ALTER TABLE "erasure" ADD COLUMN "models" integer[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "erasure" ADD COLUMN "files_at" timestamp with time zone;--> statement-breakpoint
CREATE INDEX "source_event_subject_id_index" ON "source_event" USING btree ("subject_id");