/**
 * What a run ends with on disk: the network, alone or in an average, under the run's own id, and the text classifier under one that
 * follows from it. So a try that was killed here leaves nothing but what the next one replaces.
 */
import { type Checkpoint, writeCheckpoint } from '../layoutlmv2/checkpoints/checkpoint.js';
import { parameterCount } from '../layoutlmv2/parameters.js';
import type { LookModel } from '../linear-classifiers/look/look-classifier.js';
import { writeLookModel } from '../linear-classifiers/look/look-model-folder.js';
import type { TextModel } from '../linear-classifiers/text/text-classifier.js';
import { writeTextModel } from '../linear-classifiers/text/text-model-folder.js';
import type { ArchitectureName } from '../models/architecture.js';
import { memberFoldersOf, writeAverage } from '../models/average-folder.js';
import { registerModelVersion } from '../models/get-model-version.js';
import { ownLicence } from '../models/licence.js';
import { describeModelCard } from '../models/model-card.js';
import type { ModelStore } from '../models/model-store.js';
import type { ReadyModelVersion } from '../models/model-version.js';
import type { Transaction } from '../platform/database/database.js';
import { deriveId } from '../shared/ids.js';
import type { ChosenArchitecture } from './choose-architecture.js';
import type { Network } from './prepare-network.js';
import type { TrainingRun } from './training-run.js';

type MadeByRun = {
  run: TrainingRun;
  base: ReadyModelVersion | null;
  /** With the weights that it has learnt, its temperature and what strangers are told by. */
  network: Network & Required<Pick<Checkpoint, 'temperature' | 'outlier'>>;
  maxTokens: number;
  /** Null for none. */
  text: TextModel | null;
  textTemperature: number | null;
  /** Whether it went on from that of the base model. */
  isTextFromBase: boolean;
  /** Null for none. */
  look: LookModel | null;
  chosen: ChosenArchitecture;
  /** Of what is chosen. */
  temperature: number;
  labels: readonly { id: string; name: string }[];
};

/** Puts rows of the written folders down. @returns the version that the run stands for. */
type RegisterVersions = (tx: Transaction) => Promise<ReadyModelVersion>;

export async function writeVersions(store: ModelStore, made: MadeByRun): Promise<RegisterVersions> {
  const { run, base, network, maxTokens, text, textTemperature, look, chosen, temperature, labels } = made;
  const baseOfText = made.isTextFromBase ? base : null;
  const licenceOfText = baseOfText?.licence ?? ownLicence;
  const names = labels.map(({ name }) => name);
  const labelIds = labels.map(({ id }) => id);
  const { reason } = chosen;
  // Weights made from scratch belong to whoever made the documents; those of a base pass their licence on.
  const licence = base?.licence ?? ownLicence;
  const isAverage = chosen.architecture === 'average' && text !== null;
  const networkId = run.id;
  const folder = await store.prepareFolder(networkId);
  const members = memberFoldersOf(folder);
  await writeCheckpoint(isAverage ? members.network : folder, { ...network, labels: names });
  if (isAverage) {
    await writeTextModel(members.text, text, names);
    if (look !== null && chosen.weights.look > 0) await writeLookModel(members.look, look, names);
    await writeAverage(folder, { weights: chosen.weights, labels: names, temperature });
  }
  const architecture: ArchitectureName = isAverage ? 'average' : 'LayoutLMv2';
  const baseNumber = base?.number ?? null;
  const card = { architecture, licence, labels: names, baseNumber, members: chosen.members, reason };
  await store.writeModelCard(networkId, describeModelCard(card));

  // A sweep tries settings of the network; its text classifiers would all be the same.
  const isTextKept = text !== null && (run.sweepId === null || chosen.architecture === 'TF-IDF');
  const textId = deriveId(run.id, 'text classifier');
  if (isTextKept) {
    await writeTextModel(await store.prepareFolder(textId), text, names, { temperature: textTemperature });
    await store.writeModelCard(
      textId,
      describeModelCard({
        ...card,
        ...{ architecture: 'TF-IDF', licence: licenceOfText, members: [] },
        baseNumber: baseOfText?.number ?? null,
      }),
    );
  }
  const networkParameters = parameterCount(network.config, labels.length);
  const textParameters = text?.regression.weights.length ?? 0;

  return async (tx) => {
    const ofNetworkVersion = await registerModelVersion(
      tx,
      {
        id: networkId,
        architecture,
        size: base?.size ?? run.hyperparameters.modelSize,
        parameterCount: networkParameters,
        maxTokens,
        licence,
        hasClassifier: true,
        temperature: isAverage ? temperature : network.temperature,
        baseModelId: base?.id ?? null,
      },
      labelIds,
      { runId: run.id, architectureReason: reason, members: chosen.members },
    );
    if (!isTextKept) return ofNetworkVersion;
    const textVersion = await registerModelVersion(
      tx,
      {
        id: textId,
        architecture: 'TF-IDF',
        size: 'custom',
        parameterCount: textParameters,
        maxTokens: null,
        licence: licenceOfText,
        hasClassifier: true,
        temperature: textTemperature,
        baseModelId: baseOfText?.id ?? null,
      },
      labelIds,
      { runId: run.id, architectureReason: reason },
    );
    return chosen.architecture === 'TF-IDF' ? textVersion : ofNetworkVersion;
  };
}
