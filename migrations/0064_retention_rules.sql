CREATE TABLE "aged_field" (
	"response_id" uuid NOT NULL,
	"field" text NOT NULL,
	"dimension" text DEFAULT '' NOT NULL,
	"deletion_id" bigint NOT NULL,
	CONSTRAINT "aged_field_response_id_field_dimension_pk" PRIMARY KEY("response_id","field","dimension")
);
--> statement-breakpoint
CREATE TABLE "retention_rule" (
	"id" serial PRIMARY KEY NOT NULL,
	"source" text,
	"field" text NOT NULL,
	"dimension" text,
	"keep" text,
	"actor" text NOT NULL,
	"actor_name" text NOT NULL,
	"reason" text NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "deletion_record" ADD COLUMN "source" text;--> statement-breakpoint
ALTER TABLE "deletion_record" ADD COLUMN "dimension" text;--> statement-breakpoint
ALTER TABLE "aged_field" ADD CONSTRAINT "aged_field_deletion_id_deletion_record_id_fk" FOREIGN KEY ("deletion_id") REFERENCES "public"."deletion_record"("id") ON DELETE no action ON UPDATE no action;