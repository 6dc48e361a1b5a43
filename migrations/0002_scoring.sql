CREATE TABLE "feature_definition" (
	"key" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"version" integer NOT NULL,
	"source" text NOT NULL,
	"description" text NOT NULL,
	"columns" jsonb NOT NULL,
	"code_hash" text NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "feature_set" (
	"key" text PRIMARY KEY NOT NULL,
	"features" jsonb NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "model_event" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"model_version_id" integer NOT NULL,
	"from_stage" text,
	"to_stage" text NOT NULL,
	"cause" text NOT NULL,
	"actor" text NOT NULL,
	"reason" text NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "model_training_set" (
	"model_version_id" integer NOT NULL,
	"hash" text NOT NULL,
	CONSTRAINT "model_training_set_model_version_id_hash_pk" PRIMARY KEY("model_version_id","hash")
);
--> statement-breakpoint
CREATE TABLE "prediction" (
	"response_id" uuid NOT NULL,
	"answered_at" timestamp with time zone NOT NULL,
	"cell_id" integer NOT NULL,
	"model_version_id" integer NOT NULL,
	"mapping_version_id" integer NOT NULL,
	"surveyed" boolean NOT NULL,
	"class" smallint,
	"detractor" integer NOT NULL,
	"passive" integer NOT NULL,
	"promoter" integer NOT NULL,
	"sentiment" smallint,
	"negative" integer NOT NULL,
	"neutral" integer NOT NULL,
	"positive" integer NOT NULL,
	"themes" integer[] NOT NULL,
	"uncertainty" integer NOT NULL,
	"abstained" text,
	"features_hash" text NOT NULL,
	"predicted_at" timestamp with time zone NOT NULL,
	CONSTRAINT "prediction_response_id_model_version_id_answered_at_pk" PRIMARY KEY("response_id","model_version_id","answered_at")
);
--> statement-breakpoint
CREATE TABLE "training_set" (
	"hash" text PRIMARY KEY NOT NULL,
	"head" text NOT NULL,
	"examples" integer NOT NULL,
	"description" text NOT NULL,
	"until" timestamp with time zone,
	"journal_position" text,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "model_version" ADD COLUMN "key" text;--> statement-breakpoint
ALTER TABLE "model_version" ADD COLUMN "stage" text;--> statement-breakpoint
ALTER TABLE "model_version" ADD COLUMN "artefact" jsonb;--> statement-breakpoint
ALTER TABLE "model_version" ADD COLUMN "feature_set_key" text;--> statement-breakpoint
ALTER TABLE "model_version" ADD COLUMN "trained_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "model_version" ADD COLUMN "signature" text;--> statement-breakpoint
ALTER TABLE "rollup_day" ADD COLUMN "alone_promoters" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "rollup_day" ADD COLUMN "alone_passives" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "rollup_day" ADD COLUMN "alone_detractors" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "rollup_day" ADD COLUMN "promoter_millionths" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "rollup_day" ADD COLUMN "passive_millionths" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "rollup_day" ADD COLUMN "detractor_millionths" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "rollup_hour" ADD COLUMN "alone_promoters" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "rollup_hour" ADD COLUMN "alone_passives" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "rollup_hour" ADD COLUMN "alone_detractors" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "rollup_hour" ADD COLUMN "promoter_millionths" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "rollup_hour" ADD COLUMN "passive_millionths" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "rollup_hour" ADD COLUMN "detractor_millionths" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "rollup_minute" ADD COLUMN "alone_promoters" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "rollup_minute" ADD COLUMN "alone_passives" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "rollup_minute" ADD COLUMN "alone_detractors" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "rollup_minute" ADD COLUMN "promoter_millionths" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "rollup_minute" ADD COLUMN "passive_millionths" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "rollup_minute" ADD COLUMN "detractor_millionths" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "model_event" ADD CONSTRAINT "model_event_model_version_id_model_version_id_fk" FOREIGN KEY ("model_version_id") REFERENCES "public"."model_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "model_training_set" ADD CONSTRAINT "model_training_set_model_version_id_model_version_id_fk" FOREIGN KEY ("model_version_id") REFERENCES "public"."model_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "model_training_set" ADD CONSTRAINT "model_training_set_hash_training_set_hash_fk" FOREIGN KEY ("hash") REFERENCES "public"."training_set"("hash") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "model_version" ADD CONSTRAINT "model_version_feature_set_key_feature_set_key_fk" FOREIGN KEY ("feature_set_key") REFERENCES "public"."feature_set"("key") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "model_version" ADD CONSTRAINT "model_version_key_unique" UNIQUE("key");