-- CreateEnum
CREATE TYPE "training_run_kind" AS ENUM ('FINE_TUNING', 'PRETRAINING');

-- AlterTable
ALTER TABLE "model_versions" ADD COLUMN     "is_pretrained_base" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "training_runs" ADD COLUMN     "kind" "training_run_kind" NOT NULL DEFAULT 'FINE_TUNING';

-- CreateTable
CREATE TABLE "pretraining_plans" (
    "run_id" UUID NOT NULL,
    "max_pages" INTEGER NOT NULL,
    "masked_words" DOUBLE PRECISION NOT NULL,
    "covered_lines" DOUBLE PRECISION NOT NULL,
    "replaced_images" DOUBLE PRECISION NOT NULL,
    "dropped_images" DOUBLE PRECISION NOT NULL,
    "page_ids" UUID[],

    CONSTRAINT "pretraining_plans_pkey" PRIMARY KEY ("run_id")
);

-- AddForeignKey
ALTER TABLE "pretraining_plans" ADD CONSTRAINT "pretraining_plans_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "training_runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;
