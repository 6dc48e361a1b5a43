CREATE TABLE "import_run" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "import_run_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"key" text NOT NULL,
	"file" text NOT NULL,
	"digest" text,
	"map_hash" text,
	"made_by" text NOT NULL,
	"actor_name" text NOT NULL,
	"begun_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	"account" jsonb,
	"undo_at" timestamp with time zone,
	"undo_by" text,
	"undo_reason" text,
	"undone_at" timestamp with time zone,
	"removed" integer DEFAULT 0 NOT NULL,
	"restored" integer DEFAULT 0 NOT NULL,
	"stayed" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "import_run_key_unique" UNIQUE("key")
);
--> statement-breakpoint
ALTER TABLE "response_key" ADD COLUMN "revision" bigint;--> statement-breakpoint
ALTER TABLE "response_key" ADD COLUMN "revised_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "response_key" ADD COLUMN "event_id" uuid;--> statement-breakpoint
ALTER TABLE "source_event" ADD COLUMN "import_id" integer;--> statement-breakpoint
ALTER TABLE "source_event" ADD COLUMN "import_line" integer;--> statement-breakpoint
ALTER TABLE "source_event" ADD COLUMN "undone_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "source_event" ADD COLUMN "replaced" uuid;--> statement-breakpoint
ALTER TABLE "source_event" ADD COLUMN "stood" jsonb;--> statement-breakpoint
CREATE INDEX "import_run_made_by_index" ON "import_run" USING btree ("made_by");--> statement-breakpoint
CREATE INDEX "source_event_import_id_response_id_index" ON "source_event" USING btree ("import_id","response_id") WHERE import_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX "source_event_stood" ON "source_event" USING btree ("id") WHERE stood IS NOT NULL;