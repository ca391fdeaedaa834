/** The review queue, claims, bulk decisions and accuracy as GraphQL shows them. */
import { Field, Float, GraphQLISODateTime, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { Document } from '../documents/document.js';
import { DocumentType } from '../documents/document.types.js';
import type { DecisionResult } from './decide-labels.js';
import { UploadErrorType } from './prediction.types.js';
import type { ProductionAccuracy } from './production-accuracy.js';
import type { ReviewClaim } from './review-queue.repository.js';

export const UncertaintyEnum = { ENTROPY: 'ENTROPY', MARGIN: 'MARGIN' };
registerEnumType(UncertaintyEnum, {
  name: 'Uncertainty',
  description: 'By what it is told how uncertain a model is',
  valuesConfig: {
    ENTROPY: { description: 'Over all labels, as a share of the largest possible' },
    MARGIN: { description: 'By how little the first label leads the second' },
  },
});

@ObjectType('ReviewClaim')
export class ReviewClaimType implements ReviewClaim {
  documentId!: string;

  @Field(() => String)
  reviewer!: string;

  @Field(() => GraphQLISODateTime)
  claimedAt!: Date;

  @Field(() => GraphQLISODateTime, { description: 'From then on others may be given the document' })
  expiresAt!: Date;
}

@ObjectType('DecisionResult', { description: 'Of one document: the document or an error' })
export class DecisionResultType implements DecisionResult {
  @Field(() => ID)
  documentId!: string;

  @Field(() => DocumentType, { nullable: true })
  document!: Document | null;

  @Field(() => UploadErrorType, { nullable: true })
  error!: UploadErrorType | null;
}

@ObjectType('ProductionAccuracy', {
  description:
    'Of the labels that a model gave, measured on those of the random share that people have decided, however they came to them: who picks such documents by other means than reviewQueue or claimReview, such as a search for mistakes, biases it',
})
export class ProductionAccuracyType implements ProductionAccuracy {
  @Field(() => Float)
  accuracy!: number;

  @Field(() => Float, { description: 'The lower end of the 95 % interval (Wilson)' })
  low!: number;

  @Field(() => Float)
  high!: number;

  @Field(() => Int, {
    description: 'Decided documents of the random share, in whatever way the reviewer found them',
  })
  support!: number;

  @Field(() => Int)
  correct!: number;
}
