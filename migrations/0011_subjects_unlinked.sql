DROP INDEX "response_key_respondent_index";--> statement-breakpoint
ALTER TABLE "response" DROP COLUMN "respondent";--> statement-breakpoint
ALTER TABLE "response_key" DROP COLUMN "respondent";