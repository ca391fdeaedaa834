-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "document_status" AS ENUM ('QUEUED', 'RENDERING', 'READING', 'CLASSIFYING', 'READY', 'FAILED');

-- CreateEnum
CREATE TYPE "label_source" AS ENUM ('HUMAN', 'MODEL');

-- CreateEnum
CREATE TYPE "dataset_split" AS ENUM ('TRAIN', 'VALIDATION', 'HOLDOUT');

-- CreateEnum
CREATE TYPE "run_status" AS ENUM ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'SKIPPED');

-- CreateEnum
CREATE TYPE "run_trigger" AS ENUM ('MANUAL', 'CORRECTIONS', 'SCHEDULE', 'DRIFT', 'SWEEP');

-- CreateTable
CREATE TABLE "documents" (
    "id" UUID NOT NULL,
    "filename" TEXT NOT NULL,
    "media_type" TEXT NOT NULL,
    "byte_size" INTEGER NOT NULL,
    "sha256" TEXT NOT NULL,
    "status" "document_status" NOT NULL DEFAULT 'QUEUED',
    "failure_code" TEXT,
    "failure_message" TEXT,
    "failure_stage" TEXT,
    "failure_retryable" BOOLEAN,
    "page_count" INTEGER,
    "label_id" UUID,
    "label_source" "label_source",
    "needs_review" BOOLEAN NOT NULL DEFAULT true,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "documents_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "pages" (
    "id" UUID NOT NULL,
    "document_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "width" INTEGER NOT NULL,
    "height" INTEGER NOT NULL,
    "dpi" DOUBLE PRECISION,
    "image_sha256" TEXT NOT NULL,
    "image_media_type" TEXT NOT NULL,
    "thumbnail_sha256" TEXT NOT NULL,
    "perceptual_hash" TEXT NOT NULL,
    "fault" TEXT,
    "text" TEXT,
    -- A tsvector may have one megabyte: what a page says beyond 150,000 characters is kept, but not searched.
    "text_search" tsvector GENERATED ALWAYS AS (to_tsvector('simple', left(coalesce("text", ''), 150000))) STORED,

    CONSTRAINT "pages_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "page_text_layers" (
    "page_id" UUID NOT NULL,
    "texts" TEXT[],
    "unmapped_share" DOUBLE PRECISION NOT NULL,
    "boxes" SMALLINT[],

    CONSTRAINT "page_text_layers_pkey" PRIMARY KEY ("page_id")
);

-- CreateTable
CREATE TABLE "page_words" (
    "id" UUID NOT NULL,
    "page_id" UUID NOT NULL,
    "ocr_version" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "reason" TEXT,
    "texts" TEXT[],
    "boxes" SMALLINT[],
    "confidences" SMALLINT[],
    "upright_turn" SMALLINT NOT NULL DEFAULT 0,
    "skew_degrees" DOUBLE PRECISION,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "page_words_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "labels" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "retired_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "labels_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "model_versions" (
    "id" UUID NOT NULL,
    "number" SERIAL NOT NULL,
    "architecture" TEXT NOT NULL,
    "size" TEXT NOT NULL,
    "parameter_count" INTEGER NOT NULL,
    "max_tokens" INTEGER NOT NULL,
    "licence" TEXT NOT NULL,
    "base_model_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "model_versions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "model_version_labels" (
    "model_version_id" UUID NOT NULL,
    "index" INTEGER NOT NULL,
    "label_id" UUID NOT NULL,

    CONSTRAINT "model_version_labels_pkey" PRIMARY KEY ("model_version_id","index")
);

-- CreateTable
CREATE TABLE "model_aliases" (
    "alias" TEXT NOT NULL,
    "model_version_id" UUID NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "model_aliases_pkey" PRIMARY KEY ("alias")
);

-- CreateTable
CREATE TABLE "model_promotions" (
    "id" UUID NOT NULL,
    "alias" TEXT NOT NULL,
    "model_version_id" UUID NOT NULL,
    "previous_id" UUID,
    "reason" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "model_promotions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "predictions" (
    "id" UUID NOT NULL,
    "document_id" UUID NOT NULL,
    "page_id" UUID,
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
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "predictions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "label_decisions" (
    "id" UUID NOT NULL,
    "document_id" UUID NOT NULL,
    "label_id" UUID NOT NULL,
    "previous_label_id" UUID,
    "prediction_id" UUID,
    "decided_by" TEXT NOT NULL,
    "note" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "label_decisions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "split_assignments" (
    "document_id" UUID NOT NULL,
    "split" "dataset_split" NOT NULL,
    "assigned_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "split_assignments_pkey" PRIMARY KEY ("document_id")
);

-- CreateTable
CREATE TABLE "dataset_snapshots" (
    "id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "dataset_snapshots_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "dataset_items" (
    "snapshot_id" UUID NOT NULL,
    "document_id" UUID NOT NULL,
    "label_id" UUID NOT NULL,
    "decision_id" UUID NOT NULL,
    "split" "dataset_split" NOT NULL,
    "ocr_versions" TEXT[],

    CONSTRAINT "dataset_items_pkey" PRIMARY KEY ("snapshot_id","document_id")
);

-- CreateTable
CREATE TABLE "training_runs" (
    "id" UUID NOT NULL,
    "number" SERIAL NOT NULL,
    "status" "run_status" NOT NULL,
    "status_reason" TEXT,
    "trigger" "run_trigger" NOT NULL,
    "note" TEXT,
    "base_model_id" UUID,
    "hyperparameters" JSONB NOT NULL,
    "snapshot_id" UUID,
    "model_version_id" UUID,
    "engine" TEXT,
    "device" TEXT,
    "epoch" INTEGER,
    "total_epochs" INTEGER,
    "step" INTEGER,
    "total_steps" INTEGER,
    "examples_per_second" DOUBLE PRECISION,
    "seconds_left" DOUBLE PRECISION,
    "cancel_requested_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "training_runs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "metric_points" (
    "run_id" UUID NOT NULL,
    "metric" TEXT NOT NULL,
    "step" INTEGER NOT NULL,
    "value" DOUBLE PRECISION NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "metric_points_pkey" PRIMARY KEY ("run_id","metric","step")
);

-- CreateTable
CREATE TABLE "epoch_metrics" (
    "run_id" UUID NOT NULL,
    "epoch" INTEGER NOT NULL,
    "train_loss" DOUBLE PRECISION NOT NULL,
    "validation_loss" DOUBLE PRECISION,
    "validation_accuracy" DOUBLE PRECISION,
    "validation_macro_f1" DOUBLE PRECISION,
    "learning_rate" DOUBLE PRECISION NOT NULL,
    "duration_ms" DOUBLE PRECISION NOT NULL,
    "is_best" BOOLEAN NOT NULL,

    CONSTRAINT "epoch_metrics_pkey" PRIMARY KEY ("run_id","epoch")
);

-- CreateTable
CREATE TABLE "evaluation_metrics" (
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

    CONSTRAINT "evaluation_metrics_pkey" PRIMARY KEY ("run_id")
);

-- CreateTable
CREATE TABLE "class_metrics" (
    "run_id" UUID NOT NULL,
    "label_id" UUID NOT NULL,
    "precision" DOUBLE PRECISION,
    "recall" DOUBLE PRECISION,
    "f1" DOUBLE PRECISION,
    "support" INTEGER NOT NULL,

    CONSTRAINT "class_metrics_pkey" PRIMARY KEY ("run_id","label_id")
);

-- CreateTable
CREATE TABLE "confusion_cells" (
    "run_id" UUID NOT NULL,
    "actual_id" UUID NOT NULL,
    "predicted_id" UUID NOT NULL,
    "count" INTEGER NOT NULL,

    CONSTRAINT "confusion_cells_pkey" PRIMARY KEY ("run_id","actual_id","predicted_id")
);

-- CreateTable
CREATE TABLE "document_results" (
    "run_id" UUID NOT NULL,
    "document_id" UUID NOT NULL,
    "actual_id" UUID NOT NULL,
    "predicted_id" UUID NOT NULL,
    "confidence" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "document_results_pkey" PRIMARY KEY ("run_id","document_id")
);

-- CreateTable
CREATE TABLE "job_workers" (
    "worker_id" TEXT NOT NULL,
    "lease" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "job_workers_pkey" PRIMARY KEY ("worker_id")
);

-- CreateTable
CREATE TABLE "skipped_jobs" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "job" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "reason" TEXT NOT NULL,
    "skipped_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "skipped_jobs_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "documents_sha256_key" ON "documents"("sha256");

-- CreateIndex
CREATE INDEX "documents_status_idx" ON "documents"("status");

-- CreateIndex
CREATE INDEX "documents_label_id_idx" ON "documents"("label_id");

-- CreateIndex
CREATE INDEX "documents_needs_review_id_idx" ON "documents"("needs_review", "id");

-- CreateIndex
CREATE INDEX "pages_text_search_idx" ON "pages" USING GIN ("text_search");

-- CreateIndex
CREATE UNIQUE INDEX "pages_document_id_number_key" ON "pages"("document_id", "number");

-- CreateIndex
CREATE UNIQUE INDEX "page_words_page_id_ocr_version_key" ON "page_words"("page_id", "ocr_version");

-- CreateIndex
CREATE UNIQUE INDEX "model_versions_number_key" ON "model_versions"("number");

-- CreateIndex
CREATE UNIQUE INDEX "model_version_labels_model_version_id_label_id_key" ON "model_version_labels"("model_version_id", "label_id");

-- CreateIndex
CREATE INDEX "model_promotions_alias_id_idx" ON "model_promotions"("alias", "id");

-- CreateIndex
CREATE INDEX "predictions_document_id_id_idx" ON "predictions"("document_id", "id");

-- CreateIndex
CREATE INDEX "label_decisions_document_id_id_idx" ON "label_decisions"("document_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "training_runs_number_key" ON "training_runs"("number");

-- CreateIndex
CREATE UNIQUE INDEX "training_runs_snapshot_id_key" ON "training_runs"("snapshot_id");

-- CreateIndex
CREATE UNIQUE INDEX "training_runs_model_version_id_key" ON "training_runs"("model_version_id");

-- CreateIndex
CREATE INDEX "training_runs_status_idx" ON "training_runs"("status");

-- AddForeignKey
ALTER TABLE "documents" ADD CONSTRAINT "documents_label_id_fkey" FOREIGN KEY ("label_id") REFERENCES "labels"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pages" ADD CONSTRAINT "pages_document_id_fkey" FOREIGN KEY ("document_id") REFERENCES "documents"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "page_text_layers" ADD CONSTRAINT "page_text_layers_page_id_fkey" FOREIGN KEY ("page_id") REFERENCES "pages"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "page_words" ADD CONSTRAINT "page_words_page_id_fkey" FOREIGN KEY ("page_id") REFERENCES "pages"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "model_versions" ADD CONSTRAINT "model_versions_base_model_id_fkey" FOREIGN KEY ("base_model_id") REFERENCES "model_versions"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "model_version_labels" ADD CONSTRAINT "model_version_labels_model_version_id_fkey" FOREIGN KEY ("model_version_id") REFERENCES "model_versions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "model_version_labels" ADD CONSTRAINT "model_version_labels_label_id_fkey" FOREIGN KEY ("label_id") REFERENCES "labels"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "model_aliases" ADD CONSTRAINT "model_aliases_model_version_id_fkey" FOREIGN KEY ("model_version_id") REFERENCES "model_versions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "predictions" ADD CONSTRAINT "predictions_document_id_fkey" FOREIGN KEY ("document_id") REFERENCES "documents"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "predictions" ADD CONSTRAINT "predictions_page_id_fkey" FOREIGN KEY ("page_id") REFERENCES "pages"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "predictions" ADD CONSTRAINT "predictions_model_version_id_fkey" FOREIGN KEY ("model_version_id") REFERENCES "model_versions"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "predictions" ADD CONSTRAINT "predictions_label_id_fkey" FOREIGN KEY ("label_id") REFERENCES "labels"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "label_decisions" ADD CONSTRAINT "label_decisions_document_id_fkey" FOREIGN KEY ("document_id") REFERENCES "documents"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "label_decisions" ADD CONSTRAINT "label_decisions_label_id_fkey" FOREIGN KEY ("label_id") REFERENCES "labels"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "label_decisions" ADD CONSTRAINT "label_decisions_previous_label_id_fkey" FOREIGN KEY ("previous_label_id") REFERENCES "labels"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "label_decisions" ADD CONSTRAINT "label_decisions_prediction_id_fkey" FOREIGN KEY ("prediction_id") REFERENCES "predictions"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "split_assignments" ADD CONSTRAINT "split_assignments_document_id_fkey" FOREIGN KEY ("document_id") REFERENCES "documents"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dataset_items" ADD CONSTRAINT "dataset_items_snapshot_id_fkey" FOREIGN KEY ("snapshot_id") REFERENCES "dataset_snapshots"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dataset_items" ADD CONSTRAINT "dataset_items_document_id_fkey" FOREIGN KEY ("document_id") REFERENCES "documents"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dataset_items" ADD CONSTRAINT "dataset_items_label_id_fkey" FOREIGN KEY ("label_id") REFERENCES "labels"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dataset_items" ADD CONSTRAINT "dataset_items_decision_id_fkey" FOREIGN KEY ("decision_id") REFERENCES "label_decisions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "training_runs" ADD CONSTRAINT "training_runs_base_model_id_fkey" FOREIGN KEY ("base_model_id") REFERENCES "model_versions"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "training_runs" ADD CONSTRAINT "training_runs_snapshot_id_fkey" FOREIGN KEY ("snapshot_id") REFERENCES "dataset_snapshots"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "training_runs" ADD CONSTRAINT "training_runs_model_version_id_fkey" FOREIGN KEY ("model_version_id") REFERENCES "model_versions"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "metric_points" ADD CONSTRAINT "metric_points_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "training_runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "epoch_metrics" ADD CONSTRAINT "epoch_metrics_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "training_runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "evaluation_metrics" ADD CONSTRAINT "evaluation_metrics_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "training_runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "class_metrics" ADD CONSTRAINT "class_metrics_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "training_runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "class_metrics" ADD CONSTRAINT "class_metrics_label_id_fkey" FOREIGN KEY ("label_id") REFERENCES "labels"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "confusion_cells" ADD CONSTRAINT "confusion_cells_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "training_runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "confusion_cells" ADD CONSTRAINT "confusion_cells_actual_id_fkey" FOREIGN KEY ("actual_id") REFERENCES "labels"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "confusion_cells" ADD CONSTRAINT "confusion_cells_predicted_id_fkey" FOREIGN KEY ("predicted_id") REFERENCES "labels"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "document_results" ADD CONSTRAINT "document_results_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "training_runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "document_results" ADD CONSTRAINT "document_results_document_id_fkey" FOREIGN KEY ("document_id") REFERENCES "documents"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "document_results" ADD CONSTRAINT "document_results_actual_id_fkey" FOREIGN KEY ("actual_id") REFERENCES "labels"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "document_results" ADD CONSTRAINT "document_results_predicted_id_fkey" FOREIGN KEY ("predicted_id") REFERENCES "labels"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What Prisma's schema cannot say:

-- CreateIndex
CREATE UNIQUE INDEX "labels_name_key" ON "labels" (lower("name"));

-- CreateIndex
CREATE UNIQUE INDEX "predictions_document_model_key" ON "predictions" ("document_id", "model_version_id") WHERE "page_id" IS NULL;

-- CreateIndex
CREATE UNIQUE INDEX "predictions_page_model_key" ON "predictions" ("page_id", "model_version_id") WHERE "page_id" IS NOT NULL;
