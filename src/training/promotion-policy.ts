/** What must hold before a new version serves by itself: the policy, its defaults and its limits. Pure. */
import { createInvalidPolicyError } from './gate.errors.js';

export const promotionTests = ['PAIRED_BOOTSTRAP', 'MCNEMAR'] as const;
export type PromotionTest = (typeof promotionTests)[number];

export type PromotionPolicy = {
  /** Whether a version that passes the gate serves at once; else it is kept, with what the gate found. */
  automatic: boolean;
  /** By what it is told that a better macro-F1 is no chance. */
  test: PromotionTest;
  /** Of the test, above 0.5 and below 1. */
  confidenceLevel: number;
  /** The most that recall or F1 of any class may fall, 0 to 1. */
  maximumClassLoss: number;
  /** Fewer documents in the holdout decide nothing between two models. */
  minimumHoldout: number;
  /** Fewer decide nothing of a model before which none serves. */
  minimumHoldoutForFirstModel: number;
};

/** Where nobody has set a policy. */
export const defaultPromotionPolicy: PromotionPolicy = {
  automatic: true,
  test: 'PAIRED_BOOTSTRAP',
  confidenceLevel: 0.95,
  // One document more that is wrong, of a class of ten.
  maximumClassLoss: 0.1,
  // Below, the interval of an accuracy is wider than a third of the scale.
  minimumHoldout: 30,
  // Below, not even one that is always right could be told from guessing between two labels: half to the fifth is the first
  // chance of less than 5 %. More are not asked for, as the first model replaces nothing and people look at what it is unsure of.
  minimumHoldoutForFirstModel: 5,
};

/** @throws AppError INVALID_PROMOTION_POLICY naming the field and its limits. */
export function requireUsablePolicy(policy: PromotionPolicy): PromotionPolicy {
  const { confidenceLevel, maximumClassLoss } = policy;
  if (!(confidenceLevel > 0.5 && confidenceLevel < 1)) {
    throw createInvalidPolicyError(
      `confidenceLevel must be above 0.5 and below 1, such as 0.95, not ${confidenceLevel}`,
    );
  }
  if (!(maximumClassLoss >= 0 && maximumClassLoss <= 1)) {
    throw createInvalidPolicyError(`maximumClassLoss must be from 0 to 1, not ${maximumClassLoss}`);
  }
  for (const name of ['minimumHoldout', 'minimumHoldoutForFirstModel'] as const) {
    if (policy[name] >= 1) continue;
    throw createInvalidPolicyError(`${name} must be at least 1, not ${policy[name]}`);
  }
  return policy;
}
