-- AlterTable
ALTER TABLE "document_results" ADD COLUMN     "split" "dataset_split" NOT NULL DEFAULT 'HOLDOUT';
