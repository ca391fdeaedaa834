-- AlterEnum
-- This migration adds more than one value to an enum.
-- With PostgreSQL versions 11 and earlier, this is not possible
-- in a single migration. This can be worked around by creating
-- multiple migrations, each migration adding only one value to
-- the enum.


ALTER TYPE "document_status" ADD VALUE 'SPLIT';
ALTER TYPE "document_status" ADD VALUE 'WITHDRAWN';

-- One uploaded file is one document. A part shares the file of its original until it has one of its own.
DROP INDEX "documents_sha256_key";

-- AlterTable
ALTER TABLE "documents" ADD COLUMN     "file_first_page" INTEGER,
ADD COLUMN     "is_labelled_by_split" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "split_first_page" INTEGER,
ADD COLUMN     "split_id" UUID;

-- CreateIndex
CREATE UNIQUE INDEX "documents_sha256_key" ON "documents"("sha256") WHERE "split_id" IS NULL;

-- AlterTable
ALTER TABLE "document_fingerprints" ADD COLUMN     "alike_id" UUID;
UPDATE "document_fingerprints" SET "alike_id" = "group_id";
ALTER TABLE "document_fingerprints" ALTER COLUMN "alike_id" SET NOT NULL;

-- CreateTable
CREATE TABLE "document_splits" (
    "id" UUID NOT NULL,
    "document_id" UUID NOT NULL,
    "split_by" TEXT NOT NULL,
    "split_at" TIMESTAMPTZ(3) NOT NULL,
    "undone_by" TEXT,
    "undone_at" TIMESTAMPTZ(3),

    CONSTRAINT "document_splits_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "document_splits_document_id_id_idx" ON "document_splits"("document_id", "id");

-- CreateIndex
CREATE INDEX "documents_split_id_split_first_page_idx" ON "documents"("split_id", "split_first_page");

-- CreateIndex
CREATE INDEX "document_fingerprints_alike_id_idx" ON "document_fingerprints"("alike_id");

-- AddForeignKey
ALTER TABLE "documents" ADD CONSTRAINT "documents_split_id_fkey" FOREIGN KEY ("split_id") REFERENCES "document_splits"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "document_splits" ADD CONSTRAINT "document_splits_document_id_fkey" FOREIGN KEY ("document_id") REFERENCES "documents"("id") ON DELETE CASCADE ON UPDATE CASCADE;
