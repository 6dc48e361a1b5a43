CREATE TABLE "bi_login" (
	"login" text PRIMARY KEY NOT NULL,
	"key_id" uuid NOT NULL,
	"role" text NOT NULL,
	"attributes" jsonb NOT NULL,
	"score" "int4multirange" DEFAULT '{}' NOT NULL,
	"response" "int4multirange" DEFAULT '{}' NOT NULL,
	"prediction" "int4multirange" DEFAULT '{}' NOT NULL,
	"refused" text,
	"granted_at" timestamp with time zone NOT NULL,
	"narrowed_at" timestamp with time zone NOT NULL,
	"session_at" timestamp with time zone,
	"noted_at" timestamp with time zone,
	CONSTRAINT "bi_login_key_id_unique" UNIQUE("key_id")
);
