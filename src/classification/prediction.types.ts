/** Predictions, decisions and upload results as GraphQL shows them. */
import { Field, Float, GraphQLISODateTime, ID, Int, ObjectType } from 'type-graphql';
import type { Document } from '../documents/document.js';
import { DocumentType } from '../documents/document.types.js';
import type { Label } from '../labels/label.js';
import { LabelType } from '../labels/label.types.js';
import type { DecisionRevocation, LabelDecision, Prediction } from './prediction.js';

@ObjectType('LabelScore')
export class LabelScoreType {
  @Field(() => LabelType)
  label!: Label;

  @Field(() => Float)
  score!: number;
}

@ObjectType('Prediction')
export class PredictionType implements Prediction {
  @Field(() => ID)
  id!: string;

  documentId!: string;
  pageId!: string | null;
  modelVersionId!: string;
  labelId!: string;

  @Field(() => Float, { description: 'The largest score' })
  confidence!: number;

  @Field(() => Float, { description: 'Of all scores, in nats: 0 when certain' })
  entropy!: number;

  @Field(() => Float, { description: 'The lead of the first score over the second' })
  margin!: number;

  scores!: number[];

  @Field(() => Float, {
    nullable: true,
    description:
      'The share of known documents that looked less strange to the network, 0 to 1: of documents of its labels, one in twenty reaches 0.95. Null where it cannot tell',
  })
  noneOfTheseScore!: number | null;

  @Field(() => String, { description: 'tensorflow, webgpu, wasm or cpu' })
  engine!: string;

  @Field(() => String, { description: 'What the engine ran on' })
  device!: string;

  @Field(() => Float, { description: 'Of the network alone; of a document, the sum of its pages' })
  durationMs!: number;

  @Field(() => Int, { description: 'Tokens beyond what the model reads of a page' })
  truncatedTokens!: number;

  @Field(() => GraphQLISODateTime)
  createdAt!: Date;
}

@ObjectType('DecisionRevocation', { description: 'Who took a decision back, and when' })
class DecisionRevocationType implements DecisionRevocation {
  @Field(() => String)
  revokedBy!: string;

  @Field(() => String, { nullable: true })
  note!: string | null;

  @Field(() => GraphQLISODateTime)
  createdAt!: Date;
}

@ObjectType('LabelDecision')
export class LabelDecisionType implements LabelDecision {
  @Field(() => ID)
  id!: string;

  documentId!: string;
  labelId!: string;
  previousLabelId!: string | null;
  predictionId!: string | null;

  @Field(() => String)
  decidedBy!: string;

  @Field(() => String, { nullable: true })
  note!: string | null;

  @Field(() => Boolean, {
    description:
      'Whether it counts for productionAccuracy: the document stood in the random share of the labelled ones',
  })
  isSample!: boolean;

  @Field(() => DecisionRevocationType, { nullable: true, description: 'Null while it stands' })
  revocation!: DecisionRevocation | null;

  @Field(() => GraphQLISODateTime)
  createdAt!: Date;
}

@ObjectType('UploadError')
export class UploadErrorType {
  @Field(() => String)
  code!: string;

  @Field(() => String)
  message!: string;
}

@ObjectType('UploadResult', { description: 'Of one file: a document or an error' })
export class UploadResultType {
  @Field(() => String)
  filename!: string;

  @Field(() => DocumentType, { nullable: true })
  document!: Document | null;

  @Field(() => Boolean, {
    description: 'Whether these very bytes were here already: then it is that document',
  })
  duplicate!: boolean;

  @Field(() => UploadErrorType, { nullable: true })
  error!: UploadErrorType | null;
}
