ALTER TABLE "agent_decision" ADD COLUMN "key" text NOT NULL;--> statement-breakpoint
ALTER TABLE "agent_decision" ADD COLUMN "verdict" text NOT NULL;--> statement-breakpoint
CREATE INDEX "agent_decision_agent_key_decided_at_index" ON "agent_decision" USING btree ("agent","key","decided_at");--> statement-breakpoint
DROP TRIGGER keep_agent_decision ON agent_decision;
--> statement-breakpoint
CREATE TRIGGER keep_agent_decision BEFORE UPDATE OF id, agent, key, policy, inputs, input_hash, decision, verdict, reason, alternatives, autonomy, about,
  cells, decided_at ON agent_decision FOR EACH ROW EXECUTE FUNCTION keep_agent_history();
--> statement-breakpoint
-- What was written for a person's answer goes with it.
CREATE FUNCTION drop_response_cases() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM case_record WHERE response_id = OLD.id;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER response_key_cases AFTER DELETE ON response_key FOR EACH ROW EXECUTE FUNCTION drop_response_cases();
