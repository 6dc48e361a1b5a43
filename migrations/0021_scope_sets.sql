ALTER TABLE "scope" ADD COLUMN "score" "int4multirange" DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "scope" ADD COLUMN "response" "int4multirange" DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "scope" ADD COLUMN "comment" "int4multirange" DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "scope" ADD COLUMN "respondent" "int4multirange" DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "scope" ADD COLUMN "prediction" "int4multirange" DEFAULT '{}' NOT NULL;--> statement-breakpoint
UPDATE "scope" SET "score" = '{(,)}', "response" = '{(,)}', "comment" = '{(,)}', "respondent" = '{(,)}', "prediction" = '{(,)}'
  WHERE "everything";--> statement-breakpoint
UPDATE "scope" s SET "score" = g."score", "response" = g."response", "comment" = g."comment", "respondent" = g."respondent", "prediction" = g."prediction"
  FROM (SELECT "fingerprint",
      coalesce(range_agg(int4range("cell_id", "cell_id", '[]')) FILTER (WHERE "score"), '{}') AS "score",
      coalesce(range_agg(int4range("cell_id", "cell_id", '[]')) FILTER (WHERE "response"), '{}') AS "response",
      coalesce(range_agg(int4range("cell_id", "cell_id", '[]')) FILTER (WHERE "comment"), '{}') AS "comment",
      coalesce(range_agg(int4range("cell_id", "cell_id", '[]')) FILTER (WHERE "respondent"), '{}') AS "respondent",
      coalesce(range_agg(int4range("cell_id", "cell_id", '[]')) FILTER (WHERE "prediction"), '{}') AS "prediction"
    FROM "scope_cell" GROUP BY "fingerprint") g
  WHERE s."fingerprint" = g."fingerprint" AND NOT s."everything";--> statement-breakpoint
DROP TABLE "scope_cell" CASCADE;
