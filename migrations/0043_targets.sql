ALTER TABLE "target" ADD COLUMN "events" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "target" ADD COLUMN "wrapped" text;--> statement-breakpoint
ALTER TABLE "target" ADD COLUMN "provider" text;--> statement-breakpoint
ALTER TABLE "target" ADD COLUMN "key_version" text;--> statement-breakpoint
ALTER TABLE "target" ADD COLUMN "wrapped_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "target" ADD COLUMN "revision" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "target" ADD COLUMN "paced_until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "target" ADD COLUMN "removed_by" text;