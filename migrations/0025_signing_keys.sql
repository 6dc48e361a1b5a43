CREATE TABLE "signing_key" (
	"id" integer PRIMARY KEY NOT NULL,
	"public_key" text NOT NULL,
	"statement" text,
	"signature" text,
	"former_signature" text,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "signing_key_public_key_unique" UNIQUE("public_key")
);
