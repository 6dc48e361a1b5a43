ALTER TABLE "browser_session" ADD COLUMN "claims" jsonb;--> statement-breakpoint
ALTER TABLE "browser_session" ADD COLUMN "last_seen_at" timestamp with time zone;