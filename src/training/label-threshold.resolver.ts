/** Thresholds of labels over GraphQL. They stand here and not with the labels because what a run has measured decides on them. */
import { Arg, Ctx, Float, ID, Mutation, Query, Resolver } from 'type-graphql';
import type { GraphqlContext } from '../platform/graphql/context.js';
import type {
  ChooseLabelThresholds,
  LabelThreshold,
  ListLabelThresholds,
} from './choose-label-thresholds.js';
import { minimumAnswers } from './label-threshold.js';
import { LabelThresholdType } from './label-threshold.types.js';

@Resolver()
export class LabelThresholdResolver {
  readonly #listLabelThresholds: ListLabelThresholds;
  readonly #chooseLabelThresholds: ChooseLabelThresholds;

  constructor(dependencies: {
    listLabelThresholds: ListLabelThresholds;
    chooseLabelThresholds: ChooseLabelThresholds;
  }) {
    this.#listLabelThresholds = dependencies.listLabelThresholds;
    this.#chooseLabelThresholds = dependencies.chooseLabelThresholds;
  }

  @Query(() => [LabelThresholdType], {
    description: `For each label the serving model knows: what its threshold does, or with a precision the lowest threshold that reaches it on at least ${minimumAnswers} answers of the validation, and what that one does on the holdout`,
  })
  async labelThresholds(
    @Arg('targetPrecision', () => Float, { nullable: true }) targetPrecision: number | null,
  ): Promise<LabelThreshold[]> {
    return await this.#listLabelThresholds(targetPrecision ?? null);
  }

  @Mutation(() => [LabelThresholdType], {
    description:
      'Sets the lowest thresholds that reach a precision, of all labels or of some; where none does, the label keeps its own',
  })
  async chooseLabelThresholds(
    @Arg('targetPrecision', () => Float) targetPrecision: number,
    @Arg('labelIds', () => [ID], { nullable: true }) labelIds: string[] | null,
    @Ctx() context: GraphqlContext,
  ): Promise<LabelThreshold[]> {
    const changedBy = context.viewer.name;
    return await this.#chooseLabelThresholds({ targetPrecision, labelIds: labelIds ?? null, changedBy });
  }
}
