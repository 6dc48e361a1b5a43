CREATE TABLE "source_day" (
	"source_id" integer NOT NULL,
	"day" date NOT NULL,
	"accepted" bigint DEFAULT 0 NOT NULL,
	"duplicates" bigint DEFAULT 0 NOT NULL,
	"rejected" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"last_accepted_at" timestamp with time zone,
	"last_rejected_at" timestamp with time zone,
	CONSTRAINT "source_day_source_id_day_pk" PRIMARY KEY("source_id","day")
);
--> statement-breakpoint
CREATE INDEX "response_without_score" ON "response" USING btree ("mapping_version_id","answered_at") WHERE class IS NULL;