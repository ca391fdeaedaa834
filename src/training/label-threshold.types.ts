/** Thresholds of labels as GraphQL shows them. */
import { Field, Float, Int, ObjectType } from 'type-graphql';
import type { Label } from '../labels/label.js';
import { LabelType } from '../labels/label.types.js';
import type { LabelThreshold } from './choose-label-thresholds.js';
import type { ThresholdFigures } from './label-threshold.js';

@ObjectType('ThresholdFigures', { description: 'What a threshold does to the answers for a label' })
class ThresholdFiguresType implements ThresholdFigures {
  @Field(() => Float, {
    nullable: true,
    description: 'Of the answers that reach it, the share that is right',
  })
  precision!: number | null;

  @Field(() => Float, { nullable: true, description: 'The lower end of the 95 % interval (Wilson)' })
  precisionLow!: number | null;

  @Field(() => Float, { nullable: true })
  precisionHigh!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Of all answers for the label, the share that reaches it and needs no person',
  })
  coverage!: number | null;

  @Field(() => Int, { description: 'Answers that reach it' })
  assigned!: number;

  @Field(() => Int, { description: 'All answers for the label' })
  support!: number;
}

@ObjectType('LabelThreshold', {
  description:
    'What a threshold does to the answers of the serving model on its holdout, which has no part in its choice: the validation has',
})
export class LabelThresholdType extends ThresholdFiguresType implements LabelThreshold {
  @Field(() => LabelType)
  label!: Label;

  @Field(() => Float, { nullable: true, description: 'Null where none reaches the precision' })
  threshold!: number | null;

  @Field(() => ThresholdFiguresType, { description: 'What it does on the documents it is chosen by' })
  validation!: ThresholdFigures;
}
