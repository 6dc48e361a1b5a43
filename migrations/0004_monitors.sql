CREATE TABLE "monitor_reading" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"model_version_id" integer NOT NULL,
	"metric" text NOT NULL,
	"segment" jsonb NOT NULL,
	"segment_key" text NOT NULL,
	"window_from" timestamp with time zone NOT NULL,
	"window_until" timestamp with time zone NOT NULL,
	"reference_from" timestamp with time zone NOT NULL,
	"n" integer NOT NULL,
	"reference_n" integer NOT NULL,
	"value" double precision NOT NULL,
	"reference" double precision,
	"low" double precision,
	"high" double precision,
	"p_value" double precision,
	"adjusted_p_value" double precision,
	"alarm" boolean NOT NULL,
	"detail" jsonb NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "monitor_reading_model_version_id_window_until_metric_segment_key_unique" UNIQUE("model_version_id","window_until","metric","segment_key")
);
--> statement-breakpoint
ALTER TABLE "prediction" ADD COLUMN "words" integer;--> statement-breakpoint
ALTER TABLE "prediction" ADD COLUMN "tokens" smallint;--> statement-breakpoint
ALTER TABLE "prediction" ADD COLUMN "unknown_tokens" smallint;--> statement-breakpoint
ALTER TABLE "prediction" ADD COLUMN "language" text;