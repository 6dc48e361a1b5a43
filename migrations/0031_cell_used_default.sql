-- A server of a version that does not know the column files answers without marking the cell: what it makes is kept.
ALTER TABLE "cell" ALTER COLUMN "used" SET DEFAULT true;--> statement-breakpoint
UPDATE "cell" SET "used" = true WHERE NOT "used" AND (
  EXISTS (SELECT FROM "response" WHERE "cell_id" = "cell"."id")
  OR EXISTS (SELECT FROM "rollup_hour" WHERE "cell_id" = "cell"."id")
);
