-- A policy that somebody has set gets the default for what it does not say.
ALTER TABLE "promotion_policy" ADD COLUMN     "minimum_holdout_for_first_model" INTEGER NOT NULL DEFAULT 5;
ALTER TABLE "promotion_policy" ALTER COLUMN "minimum_holdout_for_first_model" DROP DEFAULT;

-- Until now any holdout that was not empty sufficed for a first model.
ALTER TABLE "gate_decisions" ADD COLUMN     "minimum_holdout_for_first_model" INTEGER NOT NULL DEFAULT 1;
ALTER TABLE "gate_decisions" ALTER COLUMN "minimum_holdout_for_first_model" DROP DEFAULT;
