-- Ledgers were found by policies; from here on they are found by their cells, which those do not tell.
DELETE FROM "disclosure_lot";--> statement-breakpoint
DELETE FROM "disclosure_ledger";--> statement-breakpoint
CREATE TABLE "disclosure_cell" (
	"ledger" text NOT NULL,
	"cell_id" integer NOT NULL,
	"guarded" boolean NOT NULL,
	"since" integer NOT NULL,
	CONSTRAINT "disclosure_cell_ledger_cell_id_pk" PRIMARY KEY("ledger","cell_id")
);
--> statement-breakpoint
ALTER TABLE "disclosure_ledger" ADD COLUMN "smallest_count" integer NOT NULL;--> statement-breakpoint
ALTER TABLE "disclosure_ledger" ADD COLUMN "created_at" timestamp with time zone DEFAULT now() NOT NULL;