CREATE TABLE "cell" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "cell_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"key" text NOT NULL,
	"attributes" jsonb NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "cell_key_unique" UNIQUE("key")
);
--> statement-breakpoint
CREATE TABLE "follower" (
	"name" text PRIMARY KEY NOT NULL,
	"xact" bigint NOT NULL,
	"position" bigint NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "instance" (
	"id" smallint PRIMARY KEY NOT NULL,
	"pepper_fingerprint" text NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "journal" (
	"position" bigserial PRIMARY KEY NOT NULL,
	"xact" bigint NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"kind" text NOT NULL,
	"payload" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "mapping_version" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "mapping_version_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"key" text NOT NULL,
	"source_id" integer NOT NULL,
	"survey_version_id" integer NOT NULL,
	"scale_rule_id" integer NOT NULL,
	"connector" text NOT NULL,
	"definition" jsonb NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "mapping_version_key_unique" UNIQUE("key")
);
--> statement-breakpoint
CREATE TABLE "model_version" (
	"id" integer PRIMARY KEY NOT NULL,
	"label" text NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "response" (
	"id" uuid NOT NULL,
	"answered_at" timestamp with time zone NOT NULL,
	"received_at" timestamp with time zone NOT NULL,
	"cell_id" integer NOT NULL,
	"mapping_version_id" integer NOT NULL,
	"source_event_id" uuid NOT NULL,
	"external_id" text NOT NULL,
	"score" smallint,
	"points" smallint,
	"class" smallint,
	"comment" text,
	"respondent" text,
	CONSTRAINT "response_id_answered_at_pk" PRIMARY KEY("id","answered_at")
);
--> statement-breakpoint
CREATE TABLE "response_key" (
	"id" uuid PRIMARY KEY NOT NULL,
	"answered_at" timestamp with time zone NOT NULL,
	"received_at" timestamp with time zone NOT NULL,
	"cell_id" integer NOT NULL,
	"respondent" text,
	"content_hash" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "rollup_day" (
	"bucket" timestamp with time zone NOT NULL,
	"cell_id" integer NOT NULL,
	"model_version_id" integer NOT NULL,
	"promoters" integer NOT NULL,
	"passives" integer NOT NULL,
	"detractors" integer NOT NULL,
	"n" integer NOT NULL,
	"sum" bigint NOT NULL,
	"sum_squares" bigint NOT NULL,
	CONSTRAINT "rollup_day_cell_id_model_version_id_bucket_pk" PRIMARY KEY("cell_id","model_version_id","bucket")
);
--> statement-breakpoint
CREATE TABLE "rollup_hour" (
	"bucket" timestamp with time zone NOT NULL,
	"cell_id" integer NOT NULL,
	"model_version_id" integer NOT NULL,
	"promoters" integer NOT NULL,
	"passives" integer NOT NULL,
	"detractors" integer NOT NULL,
	"n" integer NOT NULL,
	"sum" bigint NOT NULL,
	"sum_squares" bigint NOT NULL,
	CONSTRAINT "rollup_hour_cell_id_model_version_id_bucket_pk" PRIMARY KEY("cell_id","model_version_id","bucket")
);
--> statement-breakpoint
CREATE TABLE "rollup_mapping" (
	"bucket" timestamp with time zone NOT NULL,
	"cell_id" integer NOT NULL,
	"model_version_id" integer NOT NULL,
	"mapping_version_id" integer NOT NULL,
	"n" integer NOT NULL,
	CONSTRAINT "rollup_mapping_cell_id_model_version_id_bucket_mapping_version_id_pk" PRIMARY KEY("cell_id","model_version_id","bucket","mapping_version_id")
);
--> statement-breakpoint
CREATE TABLE "rollup_minute" (
	"bucket" timestamp with time zone NOT NULL,
	"cell_id" integer NOT NULL,
	"model_version_id" integer NOT NULL,
	"promoters" integer NOT NULL,
	"passives" integer NOT NULL,
	"detractors" integer NOT NULL,
	"n" integer NOT NULL,
	"sum" bigint NOT NULL,
	"sum_squares" bigint NOT NULL,
	CONSTRAINT "rollup_minute_cell_id_model_version_id_bucket_pk" PRIMARY KEY("cell_id","model_version_id","bucket")
);
--> statement-breakpoint
CREATE TABLE "scale_rule" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "scale_rule_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"key" text NOT NULL,
	"rule" jsonb NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "scale_rule_key_unique" UNIQUE("key")
);
--> statement-breakpoint
CREATE TABLE "source" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "source_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "source_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "source_event" (
	"id" uuid PRIMARY KEY NOT NULL,
	"response_id" uuid NOT NULL,
	"mapping_version_id" integer NOT NULL,
	"position" text NOT NULL,
	"hash" text NOT NULL,
	"received_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "survey_version" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "survey_version_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"version" text NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "survey_version_name_version_unique" UNIQUE("name","version")
);
--> statement-breakpoint
ALTER TABLE "mapping_version" ADD CONSTRAINT "mapping_version_source_id_source_id_fk" FOREIGN KEY ("source_id") REFERENCES "public"."source"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mapping_version" ADD CONSTRAINT "mapping_version_survey_version_id_survey_version_id_fk" FOREIGN KEY ("survey_version_id") REFERENCES "public"."survey_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mapping_version" ADD CONSTRAINT "mapping_version_scale_rule_id_scale_rule_id_fk" FOREIGN KEY ("scale_rule_id") REFERENCES "public"."scale_rule"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "journal_xact_position_index" ON "journal" USING btree ("xact","position");--> statement-breakpoint
CREATE INDEX "response_cell_id_answered_at_index" ON "response" USING btree ("cell_id","answered_at");--> statement-breakpoint
CREATE INDEX "response_answered_at_id_index" ON "response" USING btree ("answered_at","id");--> statement-breakpoint
CREATE INDEX "response_key_respondent_index" ON "response_key" USING btree ("respondent");--> statement-breakpoint
CREATE INDEX "rollup_mapping_mapping_version_id_bucket_index" ON "rollup_mapping" USING btree ("mapping_version_id","bucket");--> statement-breakpoint
CREATE INDEX "source_event_response_id_index" ON "source_event" USING btree ("response_id");