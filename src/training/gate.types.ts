/** The promotion policy and the decisions of the gate as GraphQL shows them, and what a client sends about them. */
import { Field, Float, GraphQLISODateTime, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { GateDecision, StoredPolicy } from './gate.repository.js';
import { type GateClassChange, type GateFindings, type GateVerdict, gateVerdicts } from './promotion-gate.js';
import { type PromotionPolicy, type PromotionTest, promotionTests } from './promotion-policy.js';

const enumOf = (values: readonly string[]) => Object.fromEntries(values.map((value) => [value, value]));

const PromotionTestEnum = enumOf(promotionTests);
registerEnumType(PromotionTestEnum, {
  name: 'PromotionTest',
  description: 'By what it is told that a better macro-F1 is no chance',
  valuesConfig: {
    PAIRED_BOOTSTRAP: { description: 'The interval of the difference, over resampled documents, is above 0' },
    MCNEMAR: { description: 'The exact test over the documents that only one of the two models has right' },
  },
});

const GateVerdictEnum = enumOf(gateVerdicts);
registerEnumType(GateVerdictEnum, {
  name: 'GateVerdict',
  description: 'PROMOTED: it served at once. KEPT as a candidate. REFUSED: nothing could be decided',
});

@ObjectType('PromotionPolicy', { description: 'What must hold before what a run has made serves by itself' })
export class PromotionPolicyType implements StoredPolicy {
  @Field(() => Boolean, { description: 'False: every version is kept, with what the gate found' })
  automatic!: boolean;

  @Field(() => PromotionTestEnum)
  test!: PromotionTest;

  @Field(() => Float)
  confidenceLevel!: number;

  @Field(() => Float, { description: 'The most that recall or F1 of any class may fall' })
  maximumClassLoss!: number;

  @Field(() => Int, { description: 'Fewer documents in the holdout decide nothing between two models' })
  minimumHoldout!: number;

  @Field(() => Int, {
    description: 'Fewer documents in the holdout decide nothing of a model before which none serves',
  })
  minimumHoldoutForFirstModel!: number;

  @Field(() => String, { nullable: true, description: 'Null while it is the default' })
  setBy!: string | null;

  @Field(() => GraphQLISODateTime, { nullable: true })
  setAt!: Date | null;
}

@InputType('PromotionPolicyInput', { description: 'What is not given stays' })
export class PromotionPolicyInput {
  @Field(() => Boolean, { nullable: true })
  automatic?: boolean | null;

  @Field(() => PromotionTestEnum, { nullable: true })
  test?: PromotionTest | null;

  @Field(() => Float, { nullable: true, description: 'Above 0.5 and below 1' })
  confidenceLevel?: number | null;

  @Field(() => Float, { nullable: true, description: 'From 0 to 1' })
  maximumClassLoss?: number | null;

  @Field(() => Int, { nullable: true, description: 'At least 1' })
  minimumHoldout?: number | null;

  @Field(() => Int, { nullable: true, description: 'At least 1' })
  minimumHoldoutForFirstModel?: number | null;
}

/** Without the fields that are null: those count as not given. */
export function toPolicyChange(input: PromotionPolicyInput): Partial<PromotionPolicy> {
  return Object.fromEntries(
    Object.entries(input).filter(([, value]) => value !== null && value !== undefined),
  );
}

@ObjectType('GateModelFigures', { description: 'Of one model on the holdout of the run' })
class GateModelFiguresType {
  @Field(() => Float)
  accuracy!: number;

  @Field(() => Float, { description: 'Mean F1 of the labels that the documents have' })
  macroF1!: number;
}

/** A row knows its run. */
export type ClassChangeOfRun = GateClassChange & { runId: string };

@ObjectType('GateClassChange', { description: 'A label under both models; null: not measured' })
export class GateClassChangeType implements ClassChangeOfRun {
  runId!: string;
  labelId!: string;

  @Field(() => Int, { description: 'Documents of the holdout' })
  support!: number;

  @Field(() => Float, { nullable: true })
  recall!: number | null;

  @Field(() => Float, { nullable: true })
  f1!: number | null;

  @Field(() => Float, { nullable: true })
  servingRecall!: number | null;

  @Field(() => Float, { nullable: true })
  servingF1!: number | null;

  @Field(() => Boolean, { description: 'Whether the candidate can say it' })
  isKnown!: boolean;

  @Field(() => Boolean, {
    description: 'Whether the serving model can: if not, its documents count as wrong',
  })
  isServingKnown!: boolean;

  @Field(() => Boolean, { description: 'Whether it loses more than the policy allows' })
  exceedsMaximum!: boolean;
}

@ObjectType('GateDecision', {
  description:
    'Why what a run has made serves or not: candidate and serving model on the same documents, under the policy of then',
})
export class GateDecisionType implements GateDecision {
  runId!: string;
  servingModelId!: string | null;
  accuracy!: number | null;
  macroF1!: number | null;
  servingAccuracy!: number | null;
  servingMacroF1!: number | null;

  @Field(() => GateVerdictEnum)
  verdict!: GateVerdict;

  @Field(() => String, {
    description:
      'FIRST_MODEL, BETTER; NOT_BETTER, NOT_BEYOND_CHANCE, CLASS_LOSS, LABEL_UNKNOWN, AUTOMATIC_OFF, SERVING_CHANGED, LICENCE_REFUSED; EMPTY_HOLDOUT, SMALL_HOLDOUT, NOT_A_NUMBER, SERVING_UNUSABLE',
  })
  code!: GateFindings['code'];

  @Field(() => String)
  reason!: string;

  @Field(() => Int, { description: 'Documents of the holdout' })
  support!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'Macro-F1 of the candidate minus that of the serving model',
  })
  difference!: number | null;

  @Field(() => Float, { nullable: true, description: 'Of its interval at the confidence level' })
  differenceLow!: number | null;

  @Field(() => Float, { nullable: true })
  differenceHigh!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Share of resamples in which the candidate is not better',
  })
  bootstrapPValue!: number | null;

  @Field(() => Float, { nullable: true, description: 'Two-sided, exact' })
  mcnemarPValue!: number | null;

  @Field(() => Int, { nullable: true, description: 'Documents that only the candidate has right' })
  onlyCandidateHits!: number | null;

  @Field(() => Int, { nullable: true, description: 'Documents that only the serving model has right' })
  onlyServingHits!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Where nothing served: the share of the most frequent label',
  })
  majorityShare!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Where nothing served: the chance to be as often right by always giving that label',
  })
  majorityPValue!: number | null;

  @Field(() => Boolean, { description: 'Of the policy then' })
  automatic!: boolean;

  @Field(() => PromotionTestEnum, { description: 'Of the policy then' })
  test!: PromotionTest;

  @Field(() => Float, { description: 'Of the policy then' })
  confidenceLevel!: number;

  @Field(() => Float, { description: 'Of the policy then' })
  maximumClassLoss!: number;

  @Field(() => Int, { description: 'Of the policy then' })
  minimumHoldout!: number;

  @Field(() => Int, { description: 'Of the policy then' })
  minimumHoldoutForFirstModel!: number;

  @Field(() => Int, { description: 'Of the bootstrap; it draws by the seed of the run' })
  resamples!: number;

  @Field(() => GraphQLISODateTime)
  createdAt!: Date;

  @Field(() => GateModelFiguresType, { nullable: true, description: 'Null where nothing was measured' })
  candidate(): GateModelFiguresType | null {
    return figuresOf(this.accuracy, this.macroF1);
  }

  @Field(() => GateModelFiguresType, { nullable: true, description: 'Null where nothing served' })
  serving(): GateModelFiguresType | null {
    return figuresOf(this.servingAccuracy, this.servingMacroF1);
  }
}

function figuresOf(accuracy: number | null, macroF1: number | null): GateModelFiguresType | null {
  return accuracy === null || macroF1 === null ? null : { accuracy, macroF1 };
}
