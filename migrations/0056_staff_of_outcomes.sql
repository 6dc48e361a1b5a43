ALTER TABLE "outcome" ADD COLUMN "staff_id" uuid;--> statement-breakpoint
ALTER TABLE "outcome" ADD COLUMN "owner_id" uuid;--> statement-breakpoint
ALTER TABLE "scope" ADD COLUMN "staff" "int4multirange" DEFAULT '{}' NOT NULL;--> statement-breakpoint
CREATE INDEX "outcome_staff" ON "outcome" USING btree ("staff_id") WHERE staff_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX "outcome_owner" ON "outcome" USING btree ("owner_id") WHERE owner_id IS NOT NULL;