ALTER TABLE "cell" ADD COLUMN "made_by" text;--> statement-breakpoint
ALTER TABLE "cell" ADD COLUMN "source" text;--> statement-breakpoint
ALTER TABLE "cell" ADD COLUMN "overflow" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "api_key" ADD COLUMN "sources" jsonb;--> statement-breakpoint
CREATE INDEX "cell_made_by_recorded_at_index" ON "cell" USING btree ("made_by","recorded_at");--> statement-breakpoint
CREATE INDEX "cell_source_index" ON "cell" USING btree ("source");