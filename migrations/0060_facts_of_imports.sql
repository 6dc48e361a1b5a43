ALTER TABLE "change_event" ADD COLUMN "import_id" integer;--> statement-breakpoint
ALTER TABLE "outcome" ADD COLUMN "import_id" integer;--> statement-breakpoint
CREATE INDEX "outcome_import" ON "outcome" USING btree ("import_id","id") WHERE import_id IS NOT NULL;