-- A review is of one text: it goes with the response, and when the response is corrected.
CREATE FUNCTION response_reviews_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM review WHERE response_id = OLD.id;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER response_reviews_deleted AFTER DELETE ON response
  FOR EACH ROW EXECUTE FUNCTION response_reviews_deleted();
--> statement-breakpoint
CREATE TRIGGER response_reviews_changed AFTER UPDATE ON response
  FOR EACH ROW WHEN (OLD.source_event_id IS DISTINCT FROM NEW.source_event_id)
  EXECUTE FUNCTION response_reviews_deleted();
--> statement-breakpoint
CREATE FUNCTION keep_review_decisions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what was decided in a review is not changed';
END $$;
--> statement-breakpoint
CREATE TRIGGER keep_review_decisions BEFORE UPDATE ON review_decision
  FOR EACH STATEMENT EXECUTE FUNCTION keep_review_decisions();
