-- AlterTable
ALTER TABLE "documents" ADD COLUMN     "review_by_entropy" DOUBLE PRECISION NOT NULL DEFAULT 2,
ADD COLUMN     "review_by_margin" DOUBLE PRECISION NOT NULL DEFAULT 2,
ADD COLUMN     "review_draw" DOUBLE PRECISION NOT NULL DEFAULT random();

-- AlterTable
ALTER TABLE "predictions" ADD COLUMN     "embedding" BYTEA;

-- AlterTable
ALTER TABLE "label_decisions" ADD COLUMN     "is_sample" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "decision_revocations" (
    "decision_id" UUID NOT NULL,
    "revoked_by" TEXT NOT NULL,
    "note" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "decision_revocations_pkey" PRIMARY KEY ("decision_id")
);

-- CreateTable
CREATE TABLE "review_claims" (
    "document_id" UUID NOT NULL,
    "reviewer" TEXT NOT NULL,
    "claimed_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "review_claims_pkey" PRIMARY KEY ("document_id")
);

-- CreateIndex
CREATE INDEX "review_claims_reviewer_expires_at_idx" ON "review_claims"("reviewer", "expires_at");

-- AddForeignKey
ALTER TABLE "decision_revocations" ADD CONSTRAINT "decision_revocations_decision_id_fkey" FOREIGN KEY ("decision_id") REFERENCES "label_decisions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "review_claims" ADD CONSTRAINT "review_claims_document_id_fkey" FOREIGN KEY ("document_id") REFERENCES "documents"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What Prisma's schema cannot say:

-- CreateIndex
CREATE INDEX "documents_review_by_entropy_idx" ON "documents" ((- "review_by_entropy"), "id") WHERE "needs_review" AND "status" = 'READY';

-- CreateIndex
CREATE INDEX "documents_review_by_margin_idx" ON "documents" ((- "review_by_margin"), "id") WHERE "needs_review" AND "status" = 'READY';

-- CreateIndex
CREATE INDEX "documents_review_sample_idx" ON "documents" ("review_draw", "id") WHERE "label_source" = 'MODEL' AND NOT "needs_review" AND "status" = 'READY';

-- CreateIndex
CREATE INDEX "predictions_document_label_idx" ON "predictions" ("model_version_id", "label_id") WHERE "page_id" IS NULL;

-- CreateIndex
CREATE INDEX "label_decisions_sample_idx" ON "label_decisions" ("prediction_id") WHERE "is_sample";

-- Documents that the serving model has scored get their place by it.
UPDATE "documents" AS d
SET "review_by_entropy" = p."entropy" / ln(cardinality(p."scores")), "review_by_margin" = 1 - p."margin"
FROM "predictions" AS p
JOIN "model_aliases" AS a ON a."model_version_id" = p."model_version_id" AND a."alias" = 'serving'
WHERE p."document_id" = d."id" AND p."page_id" IS NULL AND cardinality(p."scores") > 1;
