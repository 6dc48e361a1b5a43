-- Prints of eight days, with 64 bits of each hash, which the rule is part of. What is compared stays; what is said twice goes.
DROP INDEX "answer_print_rule_print_answered_at_index";--> statement-breakpoint
ALTER TABLE "answer_print" DROP CONSTRAINT "answer_print_response_id_rule_pk",
  ALTER COLUMN "print" SET DATA TYPE bigint USING ('x' || encode(substr("print", 1, 8), 'hex'))::bit(64)::bigint,
  ALTER COLUMN "person" DROP NOT NULL,
  ALTER COLUMN "person" SET DATA TYPE uuid USING nullif("person", "response_id"),
  DROP COLUMN "rule";--> statement-breakpoint
CREATE INDEX "answer_print_response_id_index" ON "answer_print" USING btree ("response_id");--> statement-breakpoint
CREATE INDEX "answer_print_print_answered_at_index" ON "answer_print" USING btree ("print","answered_at");
