-- CreateEnum
CREATE TYPE "promotion_kind" AS ENUM ('FIRST', 'MANUAL', 'AUTOMATIC', 'ROLLBACK');

-- CreateEnum
CREATE TYPE "reclassification_status" AS ENUM ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED');

-- CreateEnum
CREATE TYPE "promotion_test" AS ENUM ('PAIRED_BOOTSTRAP', 'MCNEMAR');

-- CreateEnum
CREATE TYPE "gate_verdict" AS ENUM ('PROMOTED', 'KEPT', 'REFUSED');

-- AlterTable
ALTER TABLE "model_versions" ADD COLUMN     "files_collected_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "model_promotions" ADD COLUMN     "kind" "promotion_kind" NOT NULL DEFAULT 'MANUAL',
ADD COLUMN     "promoted_by" TEXT,
ADD COLUMN     "steps" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "shadow_predictions" (
    "id" UUID NOT NULL,
    "document_id" UUID NOT NULL,
    "model_version_id" UUID NOT NULL,
    "label_id" UUID NOT NULL,
    "confidence" DOUBLE PRECISION NOT NULL,
    "entropy" DOUBLE PRECISION NOT NULL,
    "margin" DOUBLE PRECISION NOT NULL,
    "scores" DOUBLE PRECISION[],
    "engine" TEXT NOT NULL,
    "device" TEXT NOT NULL,
    "duration_ms" DOUBLE PRECISION NOT NULL,
    "truncated_tokens" INTEGER NOT NULL,
    "serving_model_id" UUID NOT NULL,
    "serving_label_id" UUID NOT NULL,
    "serving_confidence" DOUBLE PRECISION NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "shadow_predictions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "reclassifications" (
    "id" UUID NOT NULL,
    "number" SERIAL NOT NULL,
    "status" "reclassification_status" NOT NULL DEFAULT 'QUEUED',
    "status_reason" TEXT,
    "is_dry_run" BOOLEAN NOT NULL,
    "model_version_id" UUID NOT NULL,
    "filter" JSONB NOT NULL,
    "position" UUID,
    "total" INTEGER NOT NULL,
    "done" INTEGER NOT NULL DEFAULT 0,
    "decided" INTEGER NOT NULL DEFAULT 0,
    "requested_by" TEXT NOT NULL,
    "cancel_requested_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "reclassifications_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "reclassification_items" (
    "reclassification_id" UUID NOT NULL,
    "document_id" UUID NOT NULL,
    "from_label_id" UUID,
    "to_label_id" UUID,
    "confidence" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "reclassification_items_pkey" PRIMARY KEY ("reclassification_id","document_id")
);

-- CreateTable
CREATE TABLE "promotion_policy" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "automatic" BOOLEAN NOT NULL,
    "test" "promotion_test" NOT NULL,
    "confidence_level" DOUBLE PRECISION NOT NULL,
    "maximum_class_loss" DOUBLE PRECISION NOT NULL,
    "minimum_holdout" INTEGER NOT NULL,
    "set_by" TEXT NOT NULL,
    "set_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "promotion_policy_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "gate_decisions" (
    "run_id" UUID NOT NULL,
    "verdict" "gate_verdict" NOT NULL,
    "code" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "serving_model_id" UUID,
    "support" INTEGER NOT NULL,
    "accuracy" DOUBLE PRECISION,
    "macro_f1" DOUBLE PRECISION,
    "serving_accuracy" DOUBLE PRECISION,
    "serving_macro_f1" DOUBLE PRECISION,
    "difference" DOUBLE PRECISION,
    "difference_low" DOUBLE PRECISION,
    "difference_high" DOUBLE PRECISION,
    "bootstrap_p_value" DOUBLE PRECISION,
    "mcnemar_p_value" DOUBLE PRECISION,
    "only_candidate_hits" INTEGER,
    "only_serving_hits" INTEGER,
    "majority_share" DOUBLE PRECISION,
    "majority_p_value" DOUBLE PRECISION,
    "automatic" BOOLEAN NOT NULL,
    "test" "promotion_test" NOT NULL,
    "confidence_level" DOUBLE PRECISION NOT NULL,
    "maximum_class_loss" DOUBLE PRECISION NOT NULL,
    "minimum_holdout" INTEGER NOT NULL,
    "resamples" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "gate_decisions_pkey" PRIMARY KEY ("run_id")
);

-- CreateTable
CREATE TABLE "gate_class_changes" (
    "run_id" UUID NOT NULL,
    "label_id" UUID NOT NULL,
    "support" INTEGER NOT NULL,
    "recall" DOUBLE PRECISION,
    "f1" DOUBLE PRECISION,
    "serving_recall" DOUBLE PRECISION,
    "serving_f1" DOUBLE PRECISION,
    "is_known" BOOLEAN NOT NULL,
    "is_serving_known" BOOLEAN NOT NULL,
    "exceeds_maximum" BOOLEAN NOT NULL,

    CONSTRAINT "gate_class_changes_pkey" PRIMARY KEY ("run_id","label_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "shadow_predictions_model_version_id_document_id_key" ON "shadow_predictions"("model_version_id", "document_id");

-- CreateIndex
CREATE UNIQUE INDEX "reclassifications_number_key" ON "reclassifications"("number");

-- AddForeignKey
ALTER TABLE "shadow_predictions" ADD CONSTRAINT "shadow_predictions_document_id_fkey" FOREIGN KEY ("document_id") REFERENCES "documents"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "shadow_predictions" ADD CONSTRAINT "shadow_predictions_model_version_id_fkey" FOREIGN KEY ("model_version_id") REFERENCES "model_versions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "shadow_predictions" ADD CONSTRAINT "shadow_predictions_serving_model_id_fkey" FOREIGN KEY ("serving_model_id") REFERENCES "model_versions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "shadow_predictions" ADD CONSTRAINT "shadow_predictions_label_id_fkey" FOREIGN KEY ("label_id") REFERENCES "labels"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "shadow_predictions" ADD CONSTRAINT "shadow_predictions_serving_label_id_fkey" FOREIGN KEY ("serving_label_id") REFERENCES "labels"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "reclassifications" ADD CONSTRAINT "reclassifications_model_version_id_fkey" FOREIGN KEY ("model_version_id") REFERENCES "model_versions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "reclassification_items" ADD CONSTRAINT "reclassification_items_reclassification_id_fkey" FOREIGN KEY ("reclassification_id") REFERENCES "reclassifications"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "reclassification_items" ADD CONSTRAINT "reclassification_items_document_id_fkey" FOREIGN KEY ("document_id") REFERENCES "documents"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "gate_decisions" ADD CONSTRAINT "gate_decisions_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "training_runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "gate_decisions" ADD CONSTRAINT "gate_decisions_serving_model_id_fkey" FOREIGN KEY ("serving_model_id") REFERENCES "model_versions"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "gate_class_changes" ADD CONSTRAINT "gate_class_changes_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "gate_decisions"("run_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "gate_class_changes" ADD CONSTRAINT "gate_class_changes_label_id_fkey" FOREIGN KEY ("label_id") REFERENCES "labels"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What Prisma's schema cannot say:

-- Roll-backs of before took back one promotion each, and promotions of before were the first version's, or a person's.
UPDATE "model_promotions" SET "kind" = 'ROLLBACK', "steps" = 1 WHERE "reason" = 'rolled back';
UPDATE "model_promotions" SET "kind" = 'FIRST' WHERE "reason" = 'the first version';

-- AddCheck
ALTER TABLE "model_promotions" ADD CONSTRAINT "model_promotions_steps" CHECK (("kind" = 'ROLLBACK') = ("steps" > 0));

-- AddCheck
ALTER TABLE "promotion_policy" ADD CONSTRAINT "promotion_policy_is_one" CHECK ("id" = 1);

-- CreateIndex
CREATE INDEX "reclassification_items_pair_idx" ON "reclassification_items" ("reclassification_id", "from_label_id", "to_label_id", "document_id");
