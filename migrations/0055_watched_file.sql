CREATE TABLE "watched_file" (
	"connection_id" uuid NOT NULL,
	"path" text NOT NULL,
	"version" text NOT NULL,
	"state" text NOT NULL,
	"message" text,
	"import_key" text,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "watched_file_connection_id_path_pk" PRIMARY KEY("connection_id","path")
);
--> statement-breakpoint
ALTER TABLE "watched_file" ADD CONSTRAINT "watched_file_connection_id_connection_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."connection"("id") ON DELETE no action ON UPDATE no action;