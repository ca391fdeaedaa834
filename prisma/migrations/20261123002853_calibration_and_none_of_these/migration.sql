-- CreateEnum
CREATE TYPE "CalibrationStage" AS ENUM ('BEFORE', 'AFTER');

-- AlterTable
ALTER TABLE "documents" ADD COLUMN     "none_of_these_score" DOUBLE PRECISION;

-- AlterTable
ALTER TABLE "model_versions" ADD COLUMN     "temperature" DOUBLE PRECISION;

-- AlterTable
ALTER TABLE "predictions" ADD COLUMN     "none_of_these_score" DOUBLE PRECISION;

-- AlterTable
ALTER TABLE "evaluation_metrics" ADD COLUMN     "adaptive_ece" DOUBLE PRECISION,
ADD COLUMN     "adaptive_ece_before" DOUBLE PRECISION,
ADD COLUMN     "ece_before" DOUBLE PRECISION,
ADD COLUMN     "loss_before" DOUBLE PRECISION;

-- AlterTable
ALTER TABLE "calibration_bins" DROP CONSTRAINT "calibration_bins_pkey",
ADD COLUMN     "stage" "CalibrationStage" NOT NULL DEFAULT 'AFTER',
ADD CONSTRAINT "calibration_bins_pkey" PRIMARY KEY ("run_id", "stage", "number");
