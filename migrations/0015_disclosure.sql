CREATE TABLE "disclosure_ledger" (
	"key" text PRIMARY KEY NOT NULL,
	"lots" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "disclosure_lot" (
	"ledger" text NOT NULL,
	"lot" integer NOT NULL,
	"part" text NOT NULL,
	"soft" boolean NOT NULL,
	"cell_id" integer NOT NULL,
	"hour" integer NOT NULL,
	"promoters" integer NOT NULL,
	"passives" integer NOT NULL,
	"detractors" integer NOT NULL,
	CONSTRAINT "disclosure_lot_ledger_lot_cell_id_hour_pk" PRIMARY KEY("ledger","lot","cell_id","hour")
);
--> statement-breakpoint
CREATE INDEX "disclosure_lot_cell_id_index" ON "disclosure_lot" USING btree ("cell_id");