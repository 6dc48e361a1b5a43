ALTER TABLE "source_day" ADD COLUMN "examined" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "source_day" ADD COLUMN "missing" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "source_day" ADD COLUMN "delays" jsonb DEFAULT '{}'::jsonb NOT NULL;