-- What was decided in a review is not changed; sealing what was said does not change it (see is_sealing in 0010).
CREATE OR REPLACE FUNCTION keep_review_decisions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF is_sealing() THEN RETURN NULL; END IF;
  RAISE EXCEPTION 'what was decided in a review is not changed';
END $$;
