CREATE TABLE "quarantine" (
	"id" uuid PRIMARY KEY NOT NULL,
	"connection_id" uuid NOT NULL,
	"status" text NOT NULL,
	"reason" text NOT NULL,
	"code" text NOT NULL,
	"field" text,
	"position" text NOT NULL,
	"digest" "bytea" NOT NULL,
	"lookups" text[],
	"bytes" integer NOT NULL,
	"wrapped" text,
	"provider" text,
	"key_version" text,
	"wrapped_at" timestamp with time zone,
	"sealed" "bytea",
	"received_at" timestamp with time zone NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"attempted_at" timestamp with time zone,
	"due_at" timestamp with time zone,
	"last_error" text,
	"expires_at" timestamp with time zone NOT NULL,
	"settled_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "connection" ADD COLUMN "refused" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "connection" ADD COLUMN "unkept" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "quarantine" ADD CONSTRAINT "quarantine_connection_id_connection_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."connection"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "quarantine_once" ON "quarantine" USING btree ("connection_id","digest") WHERE sealed IS NOT NULL;--> statement-breakpoint
CREATE INDEX "quarantine_list" ON "quarantine" USING btree ("connection_id","received_at","id");--> statement-breakpoint
CREATE INDEX "quarantine_kept" ON "quarantine" USING btree ("connection_id","bytes") WHERE sealed IS NOT NULL;--> statement-breakpoint
CREATE INDEX "quarantine_due" ON "quarantine" USING btree ("due_at") WHERE due_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX "quarantine_expiry" ON "quarantine" USING btree ("expires_at") WHERE sealed IS NOT NULL;--> statement-breakpoint
CREATE INDEX "quarantine_settled" ON "quarantine" USING btree ("settled_at") WHERE settled_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX "quarantine_lookups" ON "quarantine" USING gin ("lookups");