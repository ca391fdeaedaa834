/** The use cases of review and of the label set, built as app.ts builds them, over a log of facts. */
import { createAssignLabels, createRefreshLabel } from '../../src/classification/assign-labels.js';
import { createClaimReview, createReleaseReview } from '../../src/classification/claim-review.js';
import {
  createConfirmLabel,
  createCorrectLabel,
  createUndoDecision,
} from '../../src/classification/decide-label.js';
import { createConfirmLabels, createCorrectLabels } from '../../src/classification/decide-labels.js';
import { createFollowLabelChange } from '../../src/classification/follow-label-change.js';
import { createRefreshLabels } from '../../src/classification/refresh-labels.js';
import { ReviewResolver } from '../../src/classification/review.resolver.js';
import { createSettleLabelJob } from '../../src/classification/settle-label.js';
import {
  createDescribeLabel,
  createMergeLabels,
  createRenameLabel,
  createRestoreLabel,
  createRetireLabel,
  createRetireLabels,
  createSetLabelPolicy,
} from '../../src/labels/change-label.js';
import { createCreateLabel } from '../../src/labels/create-label.js';
import { LabelResolver } from '../../src/labels/label.resolver.js';
import type { createFactLog } from './facts.js';
import { silentLog } from './log.js';

export type Review = ReturnType<typeof createReview>;

export function createReview(
  facts: ReturnType<typeof createFactLog>,
  options: { threshold?: number; randomShare?: number; leaseMs?: number } = {},
) {
  const { threshold = 0.8, randomShare = 0, leaseMs = 60_000 } = options;
  const dependencies = { ...facts, threshold, randomShare, leaseMs };
  const assignLabels = createAssignLabels(dependencies);
  const labelLife = {
    ...facts,
    followLabelChange: createFollowLabelChange({ ...dependencies, assignLabels }),
  };
  const correctLabel = createCorrectLabel(dependencies);
  const confirmLabel = createConfirmLabel(dependencies);
  const deciding = {
    correctLabel,
    confirmLabel,
    correctLabels: createCorrectLabels({ correctLabel, log: silentLog }),
    confirmLabels: createConfirmLabels({ confirmLabel, log: silentLog }),
    undoDecision: createUndoDecision(dependencies),
    claimReview: createClaimReview(dependencies),
    releaseReview: createReleaseReview(facts),
  };
  const changing = {
    createLabel: createCreateLabel(facts),
    renameLabel: createRenameLabel(facts),
    describeLabel: createDescribeLabel(facts),
    mergeLabels: createMergeLabels(labelLife),
    retireLabel: createRetireLabel(labelLife),
    retireLabels: createRetireLabels(labelLife),
    restoreLabel: createRestoreLabel(labelLife),
    setLabelPolicy: createSetLabelPolicy(labelLife),
  };
  return {
    ...deciding,
    ...changing,
    refreshLabel: createRefreshLabel(dependencies),
    refreshLabels: createRefreshLabels({ ...facts, assignLabels, log: silentLog }),
    settleLabel: createSettleLabelJob({ ...dependencies, assignLabels, log: silentLog }),
    reviewResolver: new ReviewResolver({ ...dependencies, ...deciding }),
    labelResolver: new LabelResolver({ ...facts, ...changing }),
  };
}
