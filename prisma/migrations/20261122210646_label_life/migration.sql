-- CreateEnum
CREATE TYPE "label_change_kind" AS ENUM ('CREATED', 'RENAMED', 'DESCRIBED', 'MERGED', 'RETIRED', 'RESTORED', 'POLICY');

-- AlterTable
ALTER TABLE "labels" ADD COLUMN     "merged_into_id" UUID,
ADD COLUMN     "never_assign_automatically" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "threshold" DOUBLE PRECISION;

-- CreateTable
CREATE TABLE "label_changes" (
    "id" UUID NOT NULL,
    "label_id" UUID NOT NULL,
    "kind" "label_change_kind" NOT NULL,
    "before" TEXT,
    "after" TEXT,
    "changed_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "label_changes_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "label_changes_label_id_id_idx" ON "label_changes"("label_id", "id");

-- AddForeignKey
ALTER TABLE "labels" ADD CONSTRAINT "labels_merged_into_id_fkey" FOREIGN KEY ("merged_into_id") REFERENCES "labels"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "label_changes" ADD CONSTRAINT "label_changes_label_id_fkey" FOREIGN KEY ("label_id") REFERENCES "labels"("id") ON DELETE CASCADE ON UPDATE CASCADE;
