/** What a pre-training run learns from, as GraphQL shows it. */
import { Field, Float, Int, ObjectType } from 'type-graphql';
import type { PlanSummary } from './pretraining.repository.js';

@ObjectType('PretrainingPlan', {
  description:
    'Which pages a run of kind PRETRAINING sees, without their labels, and how much of each is hidden: none of the holdout, nor what is nearly the same',
})
export class PretrainingPlanType implements PlanSummary {
  @Field(() => Int, { description: 'At most; of more that had been read, a sample was drawn' })
  maxPages!: number;

  @Field(() => Int, {
    description: 'Drawn when the run was asked for, of a document its first eight at most',
  })
  pages!: number;

  @Field(() => Float, { description: 'Share of the words that are hidden and asked for' })
  maskedWords!: number;

  @Field(() => Float, { description: 'Share of the lines that are covered on the image' })
  coveredLines!: number;

  @Field(() => Float, { description: 'Share of the pages that get the image of another' })
  replacedImages!: number;

  @Field(() => Float, { description: 'Share of the pages that lose their image' })
  droppedImages!: number;
}
