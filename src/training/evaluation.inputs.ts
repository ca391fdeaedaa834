/** What a client asks of the documents behind figures. */
import { Field, ID, InputType, registerEnumType } from 'type-graphql';
import { DatasetSplitEnum } from './dataset.types.js';
import { resultOrders } from './document-result.repository.js';
import type { SliceDimension } from './document-slices.js';
import { SliceDimensionEnum } from './evaluation.types.js';
import type { DatasetSplit } from './training-run.js';

export const ResultOrderEnum = Object.fromEntries(resultOrders.map((order) => [order, order]));
registerEnumType(ResultOrderEnum, { name: 'DocumentResultOrder' });

@InputType('SliceInput')
class SliceInput {
  @Field(() => SliceDimensionEnum)
  dimension!: SliceDimension;

  @Field(() => String, { description: 'As slices names it' })
  band!: string;
}

@InputType('DocumentResultFilter')
export class DocumentResultFilterInput {
  @Field(() => DatasetSplitEnum, {
    nullable: true,
    description: 'HOLDOUT by default, or VALIDATION; of what is trained on there are no results',
  })
  split?: DatasetSplit | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether the network was right' })
  isCorrect?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether the text baseline was right' })
  isBaselineCorrect?: boolean | null;

  @Field(() => ID, { nullable: true })
  actualLabelId?: string | null;

  @Field(() => ID, { nullable: true })
  predictedLabelId?: string | null;

  @Field(() => SliceInput, { nullable: true })
  slice?: SliceInput | null;
}
