CREATE TABLE "review" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"response_id" uuid NOT NULL,
	"answered_at" timestamp with time zone NOT NULL,
	"cell_id" integer NOT NULL,
	"model_version_id" integer NOT NULL,
	"cause" text NOT NULL,
	"reason" text,
	"queued_at" timestamp with time zone NOT NULL,
	"claimed_by" text,
	"claimed_until" timestamp with time zone,
	"decided_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "review_decision" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"review_id" uuid NOT NULL,
	"actor" text NOT NULL,
	"actor_name" text NOT NULL,
	"verdict" text NOT NULL,
	"class" smallint,
	"reason" text NOT NULL,
	"decided_at" timestamp with time zone NOT NULL,
	CONSTRAINT "review_decision_review_id_actor_unique" UNIQUE("review_id","actor")
);
--> statement-breakpoint
ALTER TABLE "review_decision" ADD CONSTRAINT "review_decision_review_id_review_id_fk" FOREIGN KEY ("review_id") REFERENCES "public"."review"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "review_open" ON "review" USING btree ("response_id","model_version_id") WHERE decided_at IS NULL;--> statement-breakpoint
CREATE INDEX "review_response_id_index" ON "review" USING btree ("response_id");--> statement-breakpoint
CREATE INDEX "review_queued_at_id_index" ON "review" USING btree ("queued_at","id");