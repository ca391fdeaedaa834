-- AlterTable
ALTER TABLE "split_assignments" ADD COLUMN     "holdout_version" INTEGER;

-- AlterTable
ALTER TABLE "dataset_snapshots" ADD COLUMN     "holdout_version" INTEGER;

-- AlterTable
ALTER TABLE "dataset_items" ADD COLUMN     "group_id" UUID;

-- CreateTable
CREATE TABLE "document_fingerprints" (
    "document_id" UUID NOT NULL,
    "group_id" UUID NOT NULL,
    "keys" INTEGER[],

    CONSTRAINT "document_fingerprints_pkey" PRIMARY KEY ("document_id")
);

-- CreateIndex
CREATE INDEX "document_fingerprints_group_id_idx" ON "document_fingerprints"("group_id");

-- CreateIndex
CREATE INDEX "document_fingerprints_keys_idx" ON "document_fingerprints" USING GIN ("keys");

-- CreateIndex
CREATE INDEX "split_assignments_holdout_version_idx" ON "split_assignments"("holdout_version");

-- AddForeignKey
ALTER TABLE "document_fingerprints" ADD CONSTRAINT "document_fingerprints_document_id_fkey" FOREIGN KEY ("document_id") REFERENCES "documents"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What is in the holdout is its first version.
UPDATE "split_assignments" SET "holdout_version" = 1 WHERE "split" = 'HOLDOUT';
