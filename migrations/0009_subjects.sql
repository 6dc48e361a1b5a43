CREATE TABLE "deletion_record" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"what" text NOT NULL,
	"keep" text NOT NULL,
	"before" timestamp with time zone NOT NULL,
	"rows" integer NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "erasure" (
	"id" uuid PRIMARY KEY NOT NULL,
	"lookups" text[],
	"response_ids" uuid[],
	"responses" integer NOT NULL,
	"actor" text NOT NULL,
	"reason" text NOT NULL,
	"training_sets" text[] NOT NULL,
	"completed_at" timestamp with time zone,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "legal_hold" (
	"id" uuid PRIMARY KEY NOT NULL,
	"subject_id" uuid,
	"segment" jsonb,
	"actor" text NOT NULL,
	"reason" text NOT NULL,
	"released_at" timestamp with time zone,
	"released_by" text,
	"release_reason" text,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "restricted_response" (
	"id" uuid PRIMARY KEY NOT NULL,
	"subject_id" uuid NOT NULL,
	"row" jsonb NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "subject_key" (
	"id" uuid PRIMARY KEY NOT NULL,
	"lookup" text,
	"pseudonym" text,
	"wrapped" text,
	"provider" text,
	"key_version" text,
	"wrapped_at" timestamp with time zone,
	"restricted" boolean DEFAULT false NOT NULL,
	"held" boolean DEFAULT false NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "subject_key_lookup_unique" UNIQUE("lookup")
);
--> statement-breakpoint
CREATE TABLE "training_set_member" (
	"hash" text NOT NULL,
	"response_id" uuid NOT NULL,
	CONSTRAINT "training_set_member_response_id_hash_pk" PRIMARY KEY("response_id","hash")
);
--> statement-breakpoint
ALTER TABLE "instance" ADD COLUMN "tenant" uuid DEFAULT gen_random_uuid() NOT NULL;--> statement-breakpoint
ALTER TABLE "instance" ADD COLUMN "sealed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "response" ADD COLUMN "subject_id" uuid;--> statement-breakpoint
ALTER TABLE "response_key" ADD COLUMN "subject_id" uuid;--> statement-breakpoint
ALTER TABLE "source_event" ADD COLUMN "subject_id" uuid;--> statement-breakpoint
ALTER TABLE "source_event" ADD COLUMN "content" text;--> statement-breakpoint
ALTER TABLE "training_set_member" ADD CONSTRAINT "training_set_member_hash_training_set_hash_fk" FOREIGN KEY ("hash") REFERENCES "public"."training_set"("hash") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "erasure_lookups_index" ON "erasure" USING gin ("lookups");--> statement-breakpoint
CREATE INDEX "restricted_response_subject_id_index" ON "restricted_response" USING btree ("subject_id");--> statement-breakpoint
CREATE INDEX "subject_key_unsealed" ON "subject_key" USING btree ("id") WHERE wrapped IS NULL;--> statement-breakpoint
CREATE INDEX "response_key_subject_id_index" ON "response_key" USING btree ("subject_id");