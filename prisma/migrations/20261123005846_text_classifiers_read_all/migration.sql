-- A text classifier reads all words of a page.
-- DropCheck
ALTER TABLE "model_versions" DROP CONSTRAINT "model_versions_ready_is_known";

-- AddCheck
ALTER TABLE "model_versions" ADD CONSTRAINT "model_versions_ready_is_known" CHECK ("status" <> 'READY' OR ("size" IS NOT NULL AND "parameter_count" IS NOT NULL AND ("max_tokens" IS NOT NULL OR "architecture" = 'TF-IDF') AND "licence" IS NOT NULL AND "has_classifier" IS NOT NULL));
