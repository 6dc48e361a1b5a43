CREATE TABLE "seal" (
	"id" bigint PRIMARY KEY NOT NULL,
	"bucket" timestamp with time zone NOT NULL,
	"cell_id" integer NOT NULL,
	"model_version_id" integer NOT NULL,
	"revision" integer NOT NULL,
	"why" text NOT NULL,
	"manifest" text NOT NULL,
	"hash" text NOT NULL,
	"recorded_at" timestamp with time zone NOT NULL,
	CONSTRAINT "seal_cell_id_model_version_id_bucket_revision_unique" UNIQUE("cell_id","model_version_id","bucket","revision")
);
--> statement-breakpoint
CREATE TABLE "seal_head" (
	"size" bigint PRIMARY KEY NOT NULL,
	"body" text NOT NULL,
	"signature" text NOT NULL,
	"published" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "seal_leaf" (
	"seal_id" bigint NOT NULL,
	"place" integer NOT NULL,
	"hash" "bytea" NOT NULL,
	"response_id" uuid,
	"salt" "bytea",
	"origin" text,
	CONSTRAINT "seal_leaf_seal_id_place_pk" PRIMARY KEY("seal_id","place")
);
--> statement-breakpoint
CREATE TABLE "seal_node" (
	"level" smallint NOT NULL,
	"place" bigint NOT NULL,
	"hash" text NOT NULL,
	CONSTRAINT "seal_node_level_place_pk" PRIMARY KEY("level","place")
);
--> statement-breakpoint
CREATE TABLE "seal_pending" (
	"bucket" timestamp with time zone NOT NULL,
	"cell_id" integer NOT NULL,
	"model_version_id" integer NOT NULL,
	"first_entry" text NOT NULL,
	"last_entry" text NOT NULL,
	"first_touched" timestamp with time zone NOT NULL,
	"last_touched" timestamp with time zone NOT NULL,
	"refused" text,
	CONSTRAINT "seal_pending_cell_id_model_version_id_bucket_pk" PRIMARY KEY("cell_id","model_version_id","bucket")
);
--> statement-breakpoint
CREATE INDEX "seal_leaf_response_id_index" ON "seal_leaf" USING btree ("response_id");--> statement-breakpoint
CREATE INDEX "seal_pending_bucket_index" ON "seal_pending" USING btree ("bucket");