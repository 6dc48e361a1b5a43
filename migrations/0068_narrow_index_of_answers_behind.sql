DROP INDEX "response_key_segment_rules";--> statement-breakpoint
CREATE INDEX "response_key_behind" ON "response_key" USING btree ("segment_rules") WHERE subject_id IS NOT NULL;