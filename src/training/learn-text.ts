/**
 * The text classifier beside every network: it learns the words of the same training documents in seconds, and says of the documents
 * of validation and holdout what they are. Each is the number to beat, a version of its own, and perhaps a member of an average.
 */
import { setImmediate as letOthersRun } from 'node:timers/promises';
import { mostLikely } from '../layoutlmv2/probability.js';
import type { UnitPrediction } from '../layoutlmv2/training/evaluate.js';
import type { Start } from '../linear-classifiers/start.js';
import {
  type TextClassifier,
  type TextModel,
  trainTextClassifier,
} from '../linear-classifiers/text/text-classifier.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import type { SnapshotDocument } from './load-examples.js';
import { type ReadDocument, readSnapshotDocuments } from './read-snapshot-documents.js';
import type { DatasetSplit } from './training-run.js';

export type LearntText = {
  classifier: TextClassifier;
  durationMs: number;
  /** In the order of the documents. */
  validation: UnitPrediction[];
  holdout: UnitPrediction[];
};

/** What is left of the documents that the run does not learn, and what their words alone tell; null where none is left to learn. */
export type TextsOfRun = { unlearnt: ReadDocument[]; text: LearntText | null };

export async function learnText(options: {
  connection: DatabaseConnection;
  /** All of the snapshot. */
  documents: readonly SnapshotDocument[];
  labelIds: readonly string[];
  /** What the base model's text classifier has learnt, if it has one. */
  start: Start<TextModel> | undefined;
  checkCancelled: () => Promise<void>;
}): Promise<TextsOfRun> {
  const { connection, documents, labelIds, start, checkCancelled } = options;
  const read = (split: DatasetSplit) =>
    readSnapshotDocuments(
      connection,
      documents.filter(({ item }) => item.split === split),
      checkCancelled,
    );
  const [holdout, validation, training] = [
    await read('HOLDOUT'),
    await read('VALIDATION'),
    await read('TRAIN'),
  ];
  const unlearnt = [...holdout, ...validation];
  if (training.length === 0) return { unlearnt, text: null };
  const pause = async () => {
    await letOthersRun();
    await checkCancelled();
  };
  const startedAt = performance.now();
  const classifier = await trainTextClassifier(
    training.map(({ words, labelId }) => ({ words, label: labelIds.indexOf(labelId) })),
    labelIds.length,
    pause,
    { start },
  );
  const durationMs = performance.now() - startedAt;
  const predict = (part: readonly ReadDocument[]) => {
    const rows = classifier.predict(part.map(({ words }) => words));
    return part.flatMap(({ documentId, labelId, traits }, index): UnitPrediction[] => {
      const probabilities = rows[index];
      if (probabilities === undefined) return [];
      const label = labelIds.indexOf(labelId);
      const predicted = mostLikely(probabilities);
      return [{ unit: documentId, label, probabilities, predicted, pageCount: traits.pageCount }];
    });
  };
  return {
    unlearnt,
    text: { classifier, durationMs, validation: predict(validation), holdout: predict(holdout) },
  };
}
