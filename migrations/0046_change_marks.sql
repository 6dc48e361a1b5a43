-- Change events are named in the journal like alerts: open charts get their marks at once.
CREATE TRIGGER change_event_inserted AFTER INSERT ON change_event
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION agent_rows_changed('change', 'changes');
--> statement-breakpoint
CREATE TRIGGER change_event_updated AFTER UPDATE ON change_event
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION agent_rows_changed('change', 'changes');
