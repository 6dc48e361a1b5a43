CREATE TABLE "delivered_revision" (
	"response_id" uuid NOT NULL,
	"import_id" integer NOT NULL,
	"revision" bigint,
	"revised_at" timestamp with time zone,
	CONSTRAINT "delivered_revision_response_id_import_id_pk" PRIMARY KEY("response_id","import_id")
);
--> statement-breakpoint
CREATE TABLE "repeated_event" (
	"event_id" uuid NOT NULL,
	"import_id" integer NOT NULL,
	"import_line" integer,
	"position" text NOT NULL,
	"received_at" timestamp with time zone NOT NULL,
	CONSTRAINT "repeated_event_event_id_import_id_pk" PRIMARY KEY("event_id","import_id")
);
--> statement-breakpoint
CREATE INDEX "delivered_revision_import_id_response_id_index" ON "delivered_revision" USING btree ("import_id","response_id");--> statement-breakpoint
CREATE INDEX "repeated_event_import_id_index" ON "repeated_event" USING btree ("import_id");