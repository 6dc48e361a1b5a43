-- Cells from before are kept: whether each was ever used is not known without reading every response.
ALTER TABLE "cell" ADD COLUMN "used" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "cell" ALTER COLUMN "used" SET DEFAULT false;
