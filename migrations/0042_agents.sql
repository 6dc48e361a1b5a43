CREATE TABLE "agent_approval" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"decision_id" uuid NOT NULL,
	"verb" text NOT NULL,
	"edited" jsonb,
	"actor" text NOT NULL,
	"actor_name" text NOT NULL,
	"reason" text NOT NULL,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "agent_decision" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"agent" text NOT NULL,
	"policy" text NOT NULL,
	"inputs" jsonb NOT NULL,
	"input_hash" text NOT NULL,
	"decision" jsonb NOT NULL,
	"reason" text NOT NULL,
	"alternatives" jsonb NOT NULL,
	"autonomy" text NOT NULL,
	"state" text NOT NULL,
	"outcome" text,
	"about" text[] NOT NULL,
	"cells" "int4multirange" NOT NULL,
	"trace_id" text,
	"decided_at" timestamp with time zone NOT NULL,
	"settled_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "agent_setting" (
	"agent" text PRIMARY KEY NOT NULL,
	"autonomy" text NOT NULL,
	"enabled" boolean NOT NULL,
	"changed_by" text NOT NULL,
	"changed_at" timestamp with time zone NOT NULL,
	"reason" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "agent_state" (
	"agent" text NOT NULL,
	"key" text NOT NULL,
	"state" jsonb NOT NULL,
	"position" bigint NOT NULL,
	"changed_at" timestamp with time zone NOT NULL,
	CONSTRAINT "agent_state_agent_key_pk" PRIMARY KEY("agent","key")
);
--> statement-breakpoint
CREATE TABLE "alert" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"key" text NOT NULL,
	"state" text NOT NULL,
	"severity" text NOT NULL,
	"rule" text NOT NULL,
	"title" text NOT NULL,
	"summary" text NOT NULL,
	"segment" jsonb NOT NULL,
	"cells" "int4multirange" NOT NULL,
	"since" timestamp with time zone NOT NULL,
	"raised_at" timestamp with time zone NOT NULL,
	"changed_at" timestamp with time zone NOT NULL,
	"resolved_at" timestamp with time zone,
	"before_id" text,
	"after_id" text,
	"facts" jsonb NOT NULL,
	"evidence" text[] NOT NULL,
	"decision_id" uuid
);
--> statement-breakpoint
CREATE TABLE "alert_event" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"alert_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"actor" text NOT NULL,
	"actor_name" text NOT NULL,
	"reason" text NOT NULL,
	"decision_id" uuid,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "alert_rule" (
	"name" text NOT NULL,
	"version" integer NOT NULL,
	"rule" jsonb NOT NULL,
	"enabled" boolean NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"reason" text NOT NULL,
	CONSTRAINT "alert_rule_name_version_pk" PRIMARY KEY("name","version")
);
--> statement-breakpoint
CREATE TABLE "case_event" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"case_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"actor" text NOT NULL,
	"actor_name" text NOT NULL,
	"reason" text NOT NULL,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "case_record" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"cause" text,
	"response_id" uuid,
	"state" text NOT NULL,
	"severity" text NOT NULL,
	"title" text NOT NULL,
	"playbook" text,
	"owner" text,
	"cells" "int4multirange" NOT NULL,
	"segment" jsonb NOT NULL,
	"due_at" timestamp with time zone,
	"opened_at" timestamp with time zone NOT NULL,
	"acted_at" timestamp with time zone,
	"closed_at" timestamp with time zone,
	"outcome" text,
	"decision_id" uuid
);
--> statement-breakpoint
CREATE TABLE "delivery" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"target_id" uuid NOT NULL,
	"decision_id" uuid,
	"event" text NOT NULL,
	"subject" text NOT NULL,
	"cells" "int4multirange" NOT NULL,
	"state" text NOT NULL,
	"attempts" smallint DEFAULT 0 NOT NULL,
	"due" timestamp with time zone NOT NULL,
	"claimed_until" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	"settled_at" timestamp with time zone,
	"last_status" integer,
	"last_error" text,
	"remote_id" text,
	CONSTRAINT "delivery_settled" CHECK ((state = 'PENDING') = (settled_at IS NULL))
);
--> statement-breakpoint
CREATE TABLE "target" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"settings" jsonb NOT NULL,
	"secret" text,
	"role" text NOT NULL,
	"attributes" jsonb NOT NULL,
	"rate" integer NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"failures" integer DEFAULT 0 NOT NULL,
	"open_until" timestamp with time zone,
	"disabled_reason" text,
	"disabled_at" timestamp with time zone,
	"removed_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "agent_approval" ADD CONSTRAINT "agent_approval_decision_id_agent_decision_id_fk" FOREIGN KEY ("decision_id") REFERENCES "public"."agent_decision"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alert" ADD CONSTRAINT "alert_decision_id_agent_decision_id_fk" FOREIGN KEY ("decision_id") REFERENCES "public"."agent_decision"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alert_event" ADD CONSTRAINT "alert_event_alert_id_alert_id_fk" FOREIGN KEY ("alert_id") REFERENCES "public"."alert"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alert_event" ADD CONSTRAINT "alert_event_decision_id_agent_decision_id_fk" FOREIGN KEY ("decision_id") REFERENCES "public"."agent_decision"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "case_event" ADD CONSTRAINT "case_event_case_id_case_record_id_fk" FOREIGN KEY ("case_id") REFERENCES "public"."case_record"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "case_record" ADD CONSTRAINT "case_record_decision_id_agent_decision_id_fk" FOREIGN KEY ("decision_id") REFERENCES "public"."agent_decision"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "delivery" ADD CONSTRAINT "delivery_target_id_target_id_fk" FOREIGN KEY ("target_id") REFERENCES "public"."target"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "delivery" ADD CONSTRAINT "delivery_decision_id_agent_decision_id_fk" FOREIGN KEY ("decision_id") REFERENCES "public"."agent_decision"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "agent_approval_decision_id_index" ON "agent_approval" USING btree ("decision_id");--> statement-breakpoint
CREATE INDEX "agent_decision_decided_at_id_index" ON "agent_decision" USING btree ("decided_at","id");--> statement-breakpoint
CREATE INDEX "agent_decision_waiting" ON "agent_decision" USING btree ("decided_at") WHERE state IN ('PROPOSED', 'DUE');--> statement-breakpoint
CREATE UNIQUE INDEX "alert_current" ON "alert" USING btree ("key") WHERE state IN ('OPEN', 'ACKNOWLEDGED');--> statement-breakpoint
CREATE INDEX "alert_raised_at_id_index" ON "alert" USING btree ("raised_at","id");--> statement-breakpoint
CREATE INDEX "alert_event_alert_id_id_index" ON "alert_event" USING btree ("alert_id","id");--> statement-breakpoint
CREATE INDEX "case_event_case_id_id_index" ON "case_event" USING btree ("case_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "case_current" ON "case_record" USING btree ("cause") WHERE state <> 'CLOSED';--> statement-breakpoint
CREATE INDEX "case_record_opened_at_id_index" ON "case_record" USING btree ("opened_at","id");--> statement-breakpoint
CREATE INDEX "case_record_response_id_index" ON "case_record" USING btree ("response_id");--> statement-breakpoint
CREATE INDEX "delivery_due" ON "delivery" USING btree ("due") WHERE state = 'PENDING';--> statement-breakpoint
CREATE UNIQUE INDEX "delivery_once" ON "delivery" USING btree ("target_id","event","subject","decision_id");--> statement-breakpoint
CREATE INDEX "delivery_created_at_id_index" ON "delivery" USING btree ("created_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "target_name" ON "target" USING btree ("name") WHERE removed_at IS NULL;--> statement-breakpoint
-- Alerts, cases, decisions and deliveries are named to followers by their ids, as they change.
CREATE FUNCTION agent_rows_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE ids jsonb;
BEGIN
  SELECT jsonb_agg(id) INTO ids FROM changed;
  IF ids IS NOT NULL THEN PERFORM journal_marks(TG_ARGV[0], jsonb_build_object(TG_ARGV[1], ids)); END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER alert_inserted AFTER INSERT ON alert
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION agent_rows_changed('alert', 'alerts');
--> statement-breakpoint
CREATE TRIGGER alert_updated AFTER UPDATE ON alert
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION agent_rows_changed('alert', 'alerts');
--> statement-breakpoint
CREATE TRIGGER alert_deleted AFTER DELETE ON alert
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION agent_rows_changed('alert', 'alerts');
--> statement-breakpoint
CREATE TRIGGER case_record_inserted AFTER INSERT ON case_record
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION agent_rows_changed('case', 'cases');
--> statement-breakpoint
CREATE TRIGGER case_record_updated AFTER UPDATE ON case_record
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION agent_rows_changed('case', 'cases');
--> statement-breakpoint
CREATE TRIGGER case_record_deleted AFTER DELETE ON case_record
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION agent_rows_changed('case', 'cases');
--> statement-breakpoint
CREATE TRIGGER agent_decision_inserted AFTER INSERT ON agent_decision
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION agent_rows_changed('decision', 'decisions');
--> statement-breakpoint
CREATE TRIGGER agent_decision_updated AFTER UPDATE ON agent_decision
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION agent_rows_changed('decision', 'decisions');
--> statement-breakpoint
CREATE TRIGGER agent_decision_deleted AFTER DELETE ON agent_decision
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION agent_rows_changed('decision', 'decisions');
--> statement-breakpoint
CREATE TRIGGER delivery_inserted AFTER INSERT ON delivery
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION agent_rows_changed('delivery', 'deliveries');
--> statement-breakpoint
CREATE TRIGGER delivery_updated AFTER UPDATE ON delivery
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION agent_rows_changed('delivery', 'deliveries');
--> statement-breakpoint
CREATE TRIGGER delivery_deleted AFTER DELETE ON delivery
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION agent_rows_changed('delivery', 'deliveries');
--> statement-breakpoint
-- What was decided, said and done is never changed.
CREATE FUNCTION keep_agent_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME;
END $$;
--> statement-breakpoint
CREATE TRIGGER keep_agent_approval BEFORE UPDATE ON agent_approval FOR EACH ROW EXECUTE FUNCTION keep_agent_history();
--> statement-breakpoint
CREATE TRIGGER keep_alert_event BEFORE UPDATE ON alert_event FOR EACH ROW EXECUTE FUNCTION keep_agent_history();
--> statement-breakpoint
CREATE TRIGGER keep_case_event BEFORE UPDATE ON case_event FOR EACH ROW EXECUTE FUNCTION keep_agent_history();
--> statement-breakpoint
CREATE TRIGGER keep_alert_rule BEFORE UPDATE ON alert_rule FOR EACH ROW EXECUTE FUNCTION keep_agent_history();
--> statement-breakpoint
-- Of a decision only how it ended changes.
CREATE TRIGGER keep_agent_decision BEFORE UPDATE OF id, agent, policy, inputs, input_hash, decision, reason, alternatives, autonomy, about, cells,
  decided_at ON agent_decision FOR EACH ROW EXECUTE FUNCTION keep_agent_history();
