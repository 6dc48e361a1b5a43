CREATE TABLE "scope" (
	"fingerprint" text PRIMARY KEY NOT NULL,
	"everything" boolean NOT NULL,
	"used_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "scope_cell" (
	"fingerprint" text NOT NULL,
	"cell_id" integer NOT NULL,
	"score" boolean NOT NULL,
	"response" boolean NOT NULL,
	"comment" boolean NOT NULL,
	"respondent" boolean NOT NULL,
	"prediction" boolean NOT NULL,
	CONSTRAINT "scope_cell_fingerprint_cell_id_pk" PRIMARY KEY("fingerprint","cell_id")
);
