-- AlterTable
ALTER TABLE "model_versions" ADD COLUMN     "architecture_reason" TEXT;

-- CreateTable
CREATE TABLE "model_members" (
    "model_version_id" UUID NOT NULL,
    "index" INTEGER NOT NULL,
    "architecture" TEXT NOT NULL,
    "weight" DOUBLE PRECISION NOT NULL,
    "validation_macro_f1" DOUBLE PRECISION NOT NULL,
    "validation_loss" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "model_members_pkey" PRIMARY KEY ("model_version_id","index")
);

-- CreateTable
CREATE TABLE "run_versions" (
    "model_version_id" UUID NOT NULL,
    "run_id" UUID NOT NULL,

    CONSTRAINT "run_versions_pkey" PRIMARY KEY ("model_version_id")
);

-- CreateIndex
CREATE INDEX "run_versions_run_id_idx" ON "run_versions"("run_id");

-- AddForeignKey
ALTER TABLE "model_members" ADD CONSTRAINT "model_members_model_version_id_fkey" FOREIGN KEY ("model_version_id") REFERENCES "model_versions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "run_versions" ADD CONSTRAINT "run_versions_model_version_id_fkey" FOREIGN KEY ("model_version_id") REFERENCES "model_versions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "run_versions" ADD CONSTRAINT "run_versions_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "training_runs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What runs have made until now.
INSERT INTO "run_versions" ("model_version_id", "run_id")
SELECT "model_version_id", "id" FROM "training_runs" WHERE "model_version_id" IS NOT NULL;
