-- DropIndex
DROP INDEX "training_runs_status_idx";

-- AlterTable
ALTER TABLE "training_runs" ADD COLUMN     "failure_code" TEXT,
ADD COLUMN     "max_memory_mib" INTEGER,
ADD COLUMN     "max_minutes" DOUBLE PRECISION,
ADD COLUMN     "tags" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- AlterTable
ALTER TABLE "evaluation_metrics" ADD COLUMN     "ece_high" DOUBLE PRECISION,
ADD COLUMN     "ece_low" DOUBLE PRECISION,
ADD COLUMN     "loss_high" DOUBLE PRECISION,
ADD COLUMN     "loss_low" DOUBLE PRECISION;

-- AlterTable
ALTER TABLE "class_metrics" ADD COLUMN     "baseline_f1" DOUBLE PRECISION,
ADD COLUMN     "f1_high" DOUBLE PRECISION,
ADD COLUMN     "f1_low" DOUBLE PRECISION,
ADD COLUMN     "precision_high" DOUBLE PRECISION,
ADD COLUMN     "precision_low" DOUBLE PRECISION,
ADD COLUMN     "recall_high" DOUBLE PRECISION,
ADD COLUMN     "recall_low" DOUBLE PRECISION;

-- AlterTable
ALTER TABLE "document_results" ADD COLUMN     "baseline_id" UUID,
ADD COLUMN     "slices" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- CreateTable
CREATE TABLE "baseline_metrics" (
    "run_id" UUID NOT NULL,
    "accuracy" DOUBLE PRECISION NOT NULL,
    "accuracy_low" DOUBLE PRECISION NOT NULL,
    "accuracy_high" DOUBLE PRECISION NOT NULL,
    "macro_f1" DOUBLE PRECISION NOT NULL,
    "macro_f1_low" DOUBLE PRECISION NOT NULL,
    "macro_f1_high" DOUBLE PRECISION NOT NULL,
    "loss" DOUBLE PRECISION NOT NULL,
    "ece" DOUBLE PRECISION NOT NULL,
    "support" INTEGER NOT NULL,
    "features" INTEGER NOT NULL,
    "duration_ms" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "baseline_metrics_pkey" PRIMARY KEY ("run_id")
);

-- CreateTable
CREATE TABLE "calibration_bins" (
    "run_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "from" DOUBLE PRECISION NOT NULL,
    "to" DOUBLE PRECISION NOT NULL,
    "count" INTEGER NOT NULL,
    "mean_confidence" DOUBLE PRECISION,
    "accuracy" DOUBLE PRECISION,

    CONSTRAINT "calibration_bins_pkey" PRIMARY KEY ("run_id","number")
);

-- CreateTable
CREATE TABLE "slice_metrics" (
    "run_id" UUID NOT NULL,
    "dimension" TEXT NOT NULL,
    "band" TEXT NOT NULL,
    "support" INTEGER NOT NULL,
    "accuracy" DOUBLE PRECISION NOT NULL,
    "accuracy_low" DOUBLE PRECISION NOT NULL,
    "accuracy_high" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "slice_metrics_pkey" PRIMARY KEY ("run_id","dimension","band")
);

-- CreateTable
CREATE TABLE "suspected_label_errors" (
    "run_id" UUID NOT NULL,
    "document_id" UUID NOT NULL,
    "split" "dataset_split" NOT NULL,
    "label_id" UUID NOT NULL,
    "suggested_id" UUID NOT NULL,
    "label_confidence" DOUBLE PRECISION NOT NULL,
    "suggested_confidence" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "suspected_label_errors_pkey" PRIMARY KEY ("run_id","document_id")
);

-- CreateIndex
CREATE INDEX "suspected_label_errors_document_id_idx" ON "suspected_label_errors"("document_id");

-- CreateIndex
CREATE INDEX "training_runs_status_number_idx" ON "training_runs"("status", "number");

-- CreateIndex
CREATE INDEX "training_runs_tags_idx" ON "training_runs" USING GIN ("tags");

-- CreateIndex
CREATE INDEX "document_results_run_id_actual_id_predicted_id_idx" ON "document_results"("run_id", "actual_id", "predicted_id");

-- CreateIndex
CREATE INDEX "document_results_document_id_idx" ON "document_results"("document_id");

-- AddForeignKey
ALTER TABLE "baseline_metrics" ADD CONSTRAINT "baseline_metrics_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "training_runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "document_results" ADD CONSTRAINT "document_results_baseline_id_fkey" FOREIGN KEY ("baseline_id") REFERENCES "labels"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "calibration_bins" ADD CONSTRAINT "calibration_bins_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "training_runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "slice_metrics" ADD CONSTRAINT "slice_metrics_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "training_runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "suspected_label_errors" ADD CONSTRAINT "suspected_label_errors_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "training_runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "suspected_label_errors" ADD CONSTRAINT "suspected_label_errors_document_id_fkey" FOREIGN KEY ("document_id") REFERENCES "documents"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "suspected_label_errors" ADD CONSTRAINT "suspected_label_errors_label_id_fkey" FOREIGN KEY ("label_id") REFERENCES "labels"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "suspected_label_errors" ADD CONSTRAINT "suspected_label_errors_suggested_id_fkey" FOREIGN KEY ("suggested_id") REFERENCES "labels"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
