CREATE INDEX "agent_decision_about_index" ON "agent_decision" USING gin ("about");--> statement-breakpoint
CREATE INDEX "alert_evidence_index" ON "alert" USING gin ("evidence");--> statement-breakpoint
CREATE INDEX "alert_before_id_index" ON "alert" USING btree ("before_id");--> statement-breakpoint
CREATE INDEX "alert_after_id_index" ON "alert" USING btree ("after_id");--> statement-breakpoint
CREATE INDEX "alert_decision_id_index" ON "alert" USING btree ("decision_id");--> statement-breakpoint
CREATE INDEX "case_record_cause_index" ON "case_record" USING btree ("cause");--> statement-breakpoint
CREATE INDEX "case_record_decision_id_index" ON "case_record" USING btree ("decision_id");--> statement-breakpoint
CREATE INDEX "delivery_subject_index" ON "delivery" USING btree ("subject");--> statement-breakpoint
CREATE INDEX "delivery_decision_id_index" ON "delivery" USING btree ("decision_id");