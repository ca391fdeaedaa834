-- CreateEnum
CREATE TYPE "model_version_status" AS ENUM ('IMPORTING', 'READY', 'FAILED', 'CANCELLED');

-- AlterTable
ALTER TABLE "model_versions" ADD COLUMN     "failure_code" TEXT,
ADD COLUMN     "failure_message" TEXT,
ADD COLUMN     "failure_retryable" BOOLEAN,
ADD COLUMN     "has_classifier" BOOLEAN DEFAULT true,
ADD COLUMN     "status" "model_version_status" NOT NULL DEFAULT 'READY',
ADD COLUMN     "unmapped_classes" TEXT[] DEFAULT ARRAY[]::TEXT[],
ALTER COLUMN "size" DROP NOT NULL,
ALTER COLUMN "parameter_count" DROP NOT NULL,
ALTER COLUMN "max_tokens" DROP NOT NULL,
ALTER COLUMN "licence" DROP NOT NULL;

-- AlterTable
ALTER TABLE "training_runs" ADD COLUMN     "warnings" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- CreateTable
CREATE TABLE "model_imports" (
    "model_version_id" UUID NOT NULL,
    "repository" TEXT,
    "revision" TEXT,
    "commit" TEXT,
    "folder" TEXT,
    "is_verified" BOOLEAN,
    "create_labels" BOOLEAN NOT NULL,
    "requested_by" TEXT NOT NULL,
    "downloaded_bytes" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "total_bytes" DOUBLE PRECISION,
    "warnings" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "model_imports_pkey" PRIMARY KEY ("model_version_id")
);

-- AddForeignKey
ALTER TABLE "model_imports" ADD CONSTRAINT "model_imports_model_version_id_fkey" FOREIGN KEY ("model_version_id") REFERENCES "model_versions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma's schema cannot say:

-- AddCheck
ALTER TABLE "model_versions" ADD CONSTRAINT "model_versions_ready_is_known" CHECK ("status" <> 'READY' OR ("size" IS NOT NULL AND "parameter_count" IS NOT NULL AND "max_tokens" IS NOT NULL AND "licence" IS NOT NULL AND "has_classifier" IS NOT NULL));

-- AddCheck
ALTER TABLE "model_imports" ADD CONSTRAINT "model_imports_one_source" CHECK (("repository" IS NULL) <> ("folder" IS NULL) AND ("repository" IS NULL) = ("revision" IS NULL));
