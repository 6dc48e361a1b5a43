CREATE TABLE "alert_escalation" (
	"alert_id" uuid NOT NULL,
	"opened_at" timestamp with time zone NOT NULL,
	"step" integer NOT NULL,
	"target_id" uuid NOT NULL,
	"decision_id" uuid,
	"sent_at" timestamp with time zone NOT NULL,
	CONSTRAINT "alert_escalation_alert_id_opened_at_step_pk" PRIMARY KEY("alert_id","opened_at","step")
);
--> statement-breakpoint
CREATE TABLE "on_call_plan" (
	"version" integer PRIMARY KEY NOT NULL,
	"plan" jsonb NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"reason" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "alert" ADD COLUMN "reopened_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "alert_escalation" ADD CONSTRAINT "alert_escalation_alert_id_alert_id_fk" FOREIGN KEY ("alert_id") REFERENCES "public"."alert"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alert_escalation" ADD CONSTRAINT "alert_escalation_target_id_target_id_fk" FOREIGN KEY ("target_id") REFERENCES "public"."target"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alert_escalation" ADD CONSTRAINT "alert_escalation_decision_id_agent_decision_id_fk" FOREIGN KEY ("decision_id") REFERENCES "public"."agent_decision"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "alert_escalation_decision_id_index" ON "alert_escalation" USING btree ("decision_id");