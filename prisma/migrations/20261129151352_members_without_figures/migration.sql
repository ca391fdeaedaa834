-- AlterTable
ALTER TABLE "model_members" ALTER COLUMN "validation_macro_f1" DROP NOT NULL,
ALTER COLUMN "validation_loss" DROP NOT NULL;
