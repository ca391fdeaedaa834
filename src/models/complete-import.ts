/** Makes a model version of a model whose folder is in the model store: what it is, and the labels that its classes stand for. */
import { findLabelsByName } from '../labels/find-labels-by-name.js';
import { getOrCreateLabel } from '../labels/get-label.js';
import type { LayoutLMv2Config } from '../layoutlmv2/config.js';
import { parameterCount } from '../layoutlmv2/parameters.js';
import type { Transaction } from '../platform/database/database.js';
import { storableText } from '../shared/storable-text.js';
import type { FetchedCheckpoint } from './fetch-checkpoint.js';
import type { ModelDescription } from './model-folder.js';
import type { ModelImport } from './model-import.js';
import { insertLabelsOfModel, insertMembersOfModel, updateImport } from './model-import.repository.js';
import type { ModelMember, ModelVersion } from './model-version.js';
import { labelNameOfClass, starterFolderName } from './starter-model.js';

// Positions beyond were trained by no published model, whatever their tables hold.
const mostTokens = 512;

const reasonOfAverage = 'Comes as an average, with the weights of its own config.json.';

/** Writes down what an import has brought; gives what its version now is. */
export async function completeImport(
  tx: Transaction,
  origin: Pick<ModelImport, 'modelVersionId' | 'folder' | 'createLabels' | 'requestedBy'>,
  model: ModelDescription,
  fetched: Omit<FetchedCheckpoint, 'folder'>,
): Promise<Partial<Omit<ModelVersion, 'id' | 'number'>>> {
  const { architecture, config, labels, textParameterCount, warnings, temperature, weights } = model;
  const { licence, commit, isVerified, byteSize } = fetched;
  const id = origin.modelVersionId;
  const unmappedClasses = await mapClasses(tx, origin, (labels ?? []).map(storableText));
  if (weights !== null) await insertMembersOfModel(tx, id, describeMembers(weights));
  await updateImport(tx, id, {
    commit,
    isVerified,
    warnings: warnings.map(storableText),
    ...(byteSize !== null && { downloadedBytes: byteSize, totalBytes: byteSize }),
    finishedAt: new Date(),
  });
  return {
    status: 'READY',
    failureCode: null,
    failureMessage: null,
    failureRetryable: null,
    architecture,
    architectureReason: weights === null ? null : reasonOfAverage,
    // Of an average those of its network, which is what a run goes on from.
    size: config === null ? 'custom' : sizeOf(config),
    parameterCount: config === null ? textParameterCount : parameterCount(config, labels?.length ?? 0),
    maxTokens: config === null ? null : Math.min(mostTokens, config.maxPositionEmbeddings),
    licence,
    hasClassifier: labels !== null,
    temperature,
    unmappedClasses,
  };
}

/** Finds a label for each class of a classifier, or makes it; gives the classes that have none. */
async function mapClasses(
  tx: Transaction,
  { modelVersionId, folder, createLabels, requestedBy }: Parameters<typeof completeImport>[1],
  classes: readonly string[],
): Promise<string[]> {
  // Of other checkpoints nobody knows what their classes mean; they keep their names.
  const names = folder === starterFolderName ? classes.map(labelNameOfClass) : classes;
  const known = await findLabelsByName(tx, names);
  const labelIds: (string | null)[] = [];
  for (const [row, name] of names.entries()) {
    const label = known[row] ?? (createLabels ? await getOrCreateLabel(tx, name, requestedBy) : null);
    // Two classes whose names differ by case would be one label: it stands for the first of them.
    labelIds.push(label === null || labelIds.includes(label.id) ? null : label.id);
  }
  const unmapped = names.filter((_, row) => labelIds[row] === null);
  if (unmapped.length === 0) {
    await insertLabelsOfModel(
      tx,
      modelVersionId,
      labelIds.filter((id) => id !== null),
    );
  }
  return unmapped;
}

/** The members as a version lists them; how right each is alone was measured elsewhere, if at all. */
function describeMembers(weights: NonNullable<ModelDescription['weights']>): ModelMember[] {
  const unmeasured = { validationMacroF1: null, validationLoss: null };
  return [
    { architecture: 'LayoutLMv2', weight: weights.network, ...unmeasured },
    { architecture: 'TF-IDF', weight: weights.text, ...unmeasured },
    ...(weights.look > 0 ? [{ architecture: 'HOG', weight: weights.look, ...unmeasured }] : []),
  ];
}

/** The name of a configuration: that of a published one whose encoder has its width and depth. */
function sizeOf({ hiddenSize, numHiddenLayers }: LayoutLMv2Config): string {
  if (hiddenSize === 768 && numHiddenLayers === 12) return 'base';
  if (hiddenSize === 1024 && numHiddenLayers === 24) return 'large';
  return 'custom';
}
