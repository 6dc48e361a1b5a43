CREATE TABLE "answer_print" (
	"response_id" uuid NOT NULL,
	"rule" text NOT NULL,
	"print" "bytea" NOT NULL,
	"person" uuid NOT NULL,
	"answered_at" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "answer_print_response_id_rule_pk" PRIMARY KEY("response_id","rule")
);
--> statement-breakpoint
CREATE INDEX "answer_print_rule_print_answered_at_index" ON "answer_print" USING btree ("rule","print","answered_at");--> statement-breakpoint
CREATE INDEX "answer_print_recorded_at_index" ON "answer_print" USING btree ("recorded_at");