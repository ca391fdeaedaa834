/** What a run takes over from the model version that it starts from: the network, and what is known of words and looks. */
import { getLabelSet } from '../labels/get-label.js';
import { currentRowIds } from '../labels/label.js';
import type { MemberWeights } from '../linear-classifiers/average/choose-classifier.js';
import type { LookModel } from '../linear-classifiers/look/look-classifier.js';
import { type Start, startOf } from '../linear-classifiers/start.js';
import type { TextModel } from '../linear-classifiers/text/text-classifier.js';
import {
  getLabelIdsOfModel,
  getModelVersion,
  isReadyWithFiles,
  listMembersOfModel,
} from '../models/get-model-version.js';
import type { ModelStore } from '../models/model-store.js';
import type { ReadyModelVersion } from '../models/model-version.js';
import { findLookModel, findTextModel, readNetworkFiles } from '../models/read-model-files.js';
import type { Database } from '../platform/database/database.js';
import { memberWeightsOf } from './choose-architecture.js';
import { adaptNetwork, type Network } from './prepare-network.js';

export type TakenOver = {
  /** With a row of its classifier for each label. */
  network: Network;
  /** Undefined where the base has no text classifier. */
  textStart: Start<TextModel> | undefined;
  /** Undefined where it has no classifier of looks. */
  lookStart: Start<LookModel> | undefined;
  /** Of the average that the base is; null where it is none. */
  memberWeights: MemberWeights | null;
};

export async function takeOverBase(options: {
  database: Database;
  store: ModelStore;
  base: ReadyModelVersion;
  /** Of the run. */
  labelIds: readonly string[];
  seed: number;
}): Promise<TakenOver> {
  const { database, store, base, labelIds, seed } = options;
  const savedLabelIdsOf = async ({ id }: ReadyModelVersion) =>
    currentRowIds(await getLabelSet(database), await getLabelIdsOfModel(database, id));
  const savedLabelIds = await savedLabelIdsOf(base);
  const network = await readNetworkFiles(base, store, (folder) =>
    adaptNetwork({ folder, savedLabelIds, labelIds, seed }),
  );
  const knower = await findWhoKnowsMore(database, base);
  const text = await findTextModel(knower, store);
  const look = await findLookModel(knower, store);
  const knownLabelIds = await savedLabelIdsOf(knower);
  return {
    network,
    textStart: text === null ? undefined : startOf(text, knownLabelIds, labelIds),
    lookStart: look === null ? undefined : startOf(look, knownLabelIds, labelIds),
    memberWeights: memberWeightsOf(await listMembersOfModel(database, knower.id)),
  };
}

/** The base itself; or what it was made from, where it is a pre-trained base: that is a network alone, whatever its own base was. */
async function findWhoKnowsMore(database: Database, base: ReadyModelVersion): Promise<ReadyModelVersion> {
  if (!base.isPretrainedBase || base.baseModelId === null) return base;
  const before = await getModelVersion(database, base.baseModelId);
  return isReadyWithFiles(before) ? findWhoKnowsMore(database, before) : base;
}
