CREATE TABLE "browser_session" (
	"id" uuid PRIMARY KEY NOT NULL,
	"hash" text NOT NULL,
	"actor" text NOT NULL,
	"key_hash" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	CONSTRAINT "browser_session_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
CREATE INDEX "browser_session_actor_created_at_index" ON "browser_session" USING btree ("actor","created_at");