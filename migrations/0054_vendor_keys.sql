CREATE TABLE "connection_fetch" (
	"id" uuid PRIMARY KEY NOT NULL,
	"origin" text,
	"key" text,
	"revision" integer DEFAULT 0 NOT NULL,
	"rate" integer NOT NULL,
	"paced_until" timestamp with time zone,
	"failures" integer DEFAULT 0 NOT NULL,
	"open_until" timestamp with time zone,
	"last_error" text,
	"last_error_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "quarantine" ADD COLUMN "claimed_until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "connection_fetch" ADD CONSTRAINT "connection_fetch_id_connection_id_fk" FOREIGN KEY ("id") REFERENCES "public"."connection"("id") ON DELETE no action ON UPDATE no action;