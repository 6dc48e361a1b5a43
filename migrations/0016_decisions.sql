ALTER TABLE "review" ALTER COLUMN "response_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "review" ALTER COLUMN "answered_at" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "review" ALTER COLUMN "cell_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "review" ADD COLUMN "decision_id" bigint;--> statement-breakpoint
ALTER TABLE "model_event" ADD COLUMN "actor_id" text;--> statement-breakpoint
ALTER TABLE "review" ADD CONSTRAINT "review_decision_id_model_event_id_fk" FOREIGN KEY ("decision_id") REFERENCES "public"."model_event"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "monitor_alarm" ON "monitor_reading" USING btree ("model_version_id","window_until") WHERE alarm;--> statement-breakpoint
CREATE UNIQUE INDEX "review_open_decision" ON "review" USING btree ("decision_id") WHERE decided_at IS NULL;--> statement-breakpoint
ALTER TABLE "review" ADD CONSTRAINT "review_of_one" CHECK (num_nonnulls(response_id, decision_id) = 1 AND num_nonnulls(response_id, answered_at, cell_id) IN (0, 3));