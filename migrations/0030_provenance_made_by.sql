ALTER TABLE "mapping_version" ADD COLUMN "made_by" text;--> statement-breakpoint
ALTER TABLE "source" ADD COLUMN "made_by" text;--> statement-breakpoint
ALTER TABLE "survey_version" ADD COLUMN "made_by" text;--> statement-breakpoint
CREATE INDEX "mapping_version_made_by_index" ON "mapping_version" USING btree ("made_by");--> statement-breakpoint
CREATE INDEX "source_made_by_index" ON "source" USING btree ("made_by");--> statement-breakpoint
CREATE INDEX "survey_version_made_by_index" ON "survey_version" USING btree ("made_by");