-- CreateEnum
CREATE TYPE "sweep_kind" AS ENUM ('RANDOM', 'SUCCESSIVE_HALVING');

-- CreateEnum
CREATE TYPE "sweep_status" AS ENUM ('RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'SKIPPED');

-- DropIndex
DROP INDEX "training_runs_snapshot_id_key";

-- AlterTable
ALTER TABLE "training_runs" ADD COLUMN     "sweep_id" UUID,
ADD COLUMN     "sweep_rung" INTEGER,
ADD COLUMN     "sweep_trial" INTEGER;

-- CreateTable
CREATE TABLE "sweeps" (
    "id" UUID NOT NULL,
    "number" SERIAL NOT NULL,
    "kind" "sweep_kind" NOT NULL,
    "status" "sweep_status" NOT NULL,
    "status_reason" TEXT,
    "note" TEXT,
    "tags" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "ranges" JSONB NOT NULL,
    "draws" JSONB NOT NULL,
    "hyperparameters" JSONB NOT NULL,
    "seed" INTEGER NOT NULL,
    "reduction_factor" INTEGER,
    "first_rung_epochs" INTEGER,
    "promote_best" BOOLEAN NOT NULL,
    "max_minutes" DOUBLE PRECISION,
    "max_memory_mib" INTEGER,
    "base_model_id" UUID,
    "snapshot_id" UUID,
    "warnings" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "best_run_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "sweeps_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "sweeps_number_key" ON "sweeps"("number");

-- CreateIndex
CREATE UNIQUE INDEX "sweeps_best_run_id_key" ON "sweeps"("best_run_id");

-- CreateIndex
CREATE INDEX "training_runs_snapshot_id_idx" ON "training_runs"("snapshot_id");

-- CreateIndex
CREATE UNIQUE INDEX "training_runs_sweep_id_sweep_rung_sweep_trial_key" ON "training_runs"("sweep_id", "sweep_rung", "sweep_trial");

-- AddForeignKey
ALTER TABLE "training_runs" ADD CONSTRAINT "training_runs_sweep_id_fkey" FOREIGN KEY ("sweep_id") REFERENCES "sweeps"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sweeps" ADD CONSTRAINT "sweeps_base_model_id_fkey" FOREIGN KEY ("base_model_id") REFERENCES "model_versions"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sweeps" ADD CONSTRAINT "sweeps_snapshot_id_fkey" FOREIGN KEY ("snapshot_id") REFERENCES "dataset_snapshots"("id") ON DELETE SET NULL ON UPDATE CASCADE;
