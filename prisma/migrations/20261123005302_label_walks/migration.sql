-- DropIndex
DROP INDEX "documents_label_id_idx";

-- CreateIndex
CREATE INDEX "documents_label_id_id_idx" ON "documents"("label_id", "id");

-- A label's documents are walked in the order of their ids, also those that a model calls so and that wait for a person.
DROP INDEX "predictions_document_label_idx";
CREATE INDEX "predictions_document_label_idx" ON "predictions" ("model_version_id", "label_id", "document_id") WHERE "page_id" IS NULL;
