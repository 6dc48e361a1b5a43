CREATE TABLE "connection" (
	"id" uuid PRIMARY KEY NOT NULL,
	"connector" text NOT NULL,
	"name" text NOT NULL,
	"attributes" jsonb NOT NULL,
	"sources" jsonb,
	"mapping" jsonb NOT NULL,
	"wrapped" text,
	"provider" text,
	"key_version" text,
	"wrapped_at" timestamp with time zone,
	"secret" text,
	"former_secret" text,
	"former_until" timestamp with time zone,
	"rotated_at" timestamp with time zone,
	"revision" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"created_by" text NOT NULL,
	"made_by" text NOT NULL,
	"removed_at" timestamp with time zone,
	"removed_by" text,
	"deliveries" bigint DEFAULT 0 NOT NULL,
	"accepted" bigint DEFAULT 0 NOT NULL,
	"duplicates" bigint DEFAULT 0 NOT NULL,
	"rejected" bigint DEFAULT 0 NOT NULL,
	"ignored" bigint DEFAULT 0 NOT NULL,
	"last_delivery_at" timestamp with time zone,
	"last_error" text,
	"last_error_at" timestamp with time zone,
	"last_refusal" text,
	"last_refused_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "connection_delivery" (
	"connection_id" uuid NOT NULL,
	"digest" "bytea" NOT NULL,
	"received_at" timestamp with time zone NOT NULL,
	CONSTRAINT "connection_delivery_connection_id_digest_pk" PRIMARY KEY("connection_id","digest")
);
--> statement-breakpoint
ALTER TABLE "connection_delivery" ADD CONSTRAINT "connection_delivery_connection_id_connection_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."connection"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "connection_delivery_received_at_index" ON "connection_delivery" USING btree ("received_at");