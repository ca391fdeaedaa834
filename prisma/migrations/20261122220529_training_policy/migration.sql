-- CreateEnum
CREATE TYPE "drift_metric" AS ENUM ('CLASS_MIX', 'CONFIDENCE', 'EMBEDDING');

-- AlterTable
ALTER TABLE "training_runs" ADD COLUMN     "last_skipped_at" TIMESTAMPTZ(3),
ADD COLUMN     "skip_code" TEXT,
ADD COLUMN     "skip_count" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "training_policy" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "is_automatic" BOOLEAN NOT NULL,
    "new_decisions" INTEGER,
    "schedule" TEXT,
    "max_class_mix_drift" DOUBLE PRECISION,
    "max_confidence_drift" DOUBLE PRECISION,
    "max_embedding_drift" DOUBLE PRECISION,
    "debounce_minutes" INTEGER NOT NULL,
    "minimum_documents_per_label" INTEGER NOT NULL,
    "schedule_handled_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_by" TEXT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "training_policy_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "drift_points" (
    "metric" "drift_metric" NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "model_version_id" UUID NOT NULL,
    "value" DOUBLE PRECISION NOT NULL,
    "documents" INTEGER NOT NULL,

    CONSTRAINT "drift_points_pkey" PRIMARY KEY ("metric","at")
);

-- CreateIndex
CREATE INDEX "label_decisions_created_at_idx" ON "label_decisions"("created_at");

-- CreateIndex
CREATE INDEX "decision_revocations_created_at_idx" ON "decision_revocations"("created_at");

-- AddForeignKey
ALTER TABLE "drift_points" ADD CONSTRAINT "drift_points_model_version_id_fkey" FOREIGN KEY ("model_version_id") REFERENCES "model_versions"("id") ON DELETE CASCADE ON UPDATE CASCADE;
