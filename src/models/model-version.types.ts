/** Model versions as GraphQL shows them. */
import { Field, Float, GraphQLISODateTime, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionTypeOf } from '../platform/graphql/connection.types.js';
import { pageContents } from './architecture.js';
import type { ModelImport } from './model-import.js';
import {
  type ModelMember,
  type ModelVersion,
  type ModelVersionStatus,
  modelVersionStatuses,
  type PromotionEvent,
  type PromotionKind,
  promotionKinds,
} from './model-version.js';

const ModelVersionStatusEnum = Object.fromEntries(modelVersionStatuses.map((status) => [status, status]));
registerEnumType(ModelVersionStatusEnum, {
  name: 'ModelVersionStatus',
  description: 'IMPORTING, until it is READY to be used, or FAILED or CANCELLED',
});

export const PageContentEnum = Object.fromEntries(pageContents.map((content) => [content, content]));
registerEnumType(PageContentEnum, { name: 'PageContent', description: 'What a model looks at' });

@ObjectType('ModelVersion')
export class ModelVersionType implements ModelVersion {
  @Field(() => ID)
  id!: string;

  @Field(() => Int, { description: 'From 1, in the order of their making' })
  number!: number;

  @Field(() => ModelVersionStatusEnum)
  status!: ModelVersionStatus;

  failureCode!: string | null;
  failureMessage!: string | null;
  failureRetryable!: boolean | null;

  @Field(() => String, {
    description:
      'LayoutLMv2, a network; TF-IDF, a text classifier with logistic regression; or average, of the two and HOG, which sees what a page looks like from afar',
  })
  architecture!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'Why it is of this architecture, in sentences: what its run has chosen to serve and why, or that an average came as one; null where there was no choice',
  })
  architectureReason!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The configuration: tiny, small, base, large or custom; null until it is READY',
  })
  size!: string | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Of an average those of its network; null until it is READY',
  })
  parameterCount!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Tokens of a page it reads; null until it is READY, and of one that reads all words',
  })
  maxTokens!: number | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Of the weights: `own` from scratch, else that of what it descends from; `unknown` where that states none, null until it is known',
  })
  licence!: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether it can classify; false for a base model, which is there to be fine-tuned; null until it is READY',
  })
  hasClassifier!: boolean | null;

  @Field(() => [String], {
    description: 'What its classifier can say that no label stands for: while there is any, it cannot serve',
  })
  unmappedClasses!: string[];

  @Field(() => Boolean, {
    description:
      'Whether a run of kind PRETRAINING has made it: its classifier is that of its base and no longer fits, so it cannot serve; it is a base to fine-tune',
  })
  isPretrainedBase!: boolean;

  @Field(() => Float, {
    nullable: true,
    description:
      'What its logits are divided by before they become confidences, fitted on the validation documents: above 1 it was too sure; null where none was fitted',
  })
  temperature!: number | null;

  baseModelId!: string | null;

  @Field(() => GraphQLISODateTime)
  createdAt!: Date;

  filesCollectedAt!: Date | null;
}

@ObjectType('ModelMember', {
  description:
    'A classifier in an average: its probabilities to the power of its weight are multiplied with those of the others',
})
export class ModelMemberType implements ModelMember {
  @Field(() => String)
  architecture!: string;

  @Field(() => Float, {
    description:
      'From 0: fitted on the validation documents of its run near that of the average that the run went on from, just that where they were too few, or as it came; weights need not sum to 1, and calibrate as well',
  })
  weight!: number;

  @Field(() => Float, {
    nullable: true,
    description:
      'Alone, on the validation documents that were left out of the fit, as are all figures here; null of an average whose members nobody has measured: it was not made here, or by a run with too few documents for that',
  })
  validationMacroF1!: number | null;

  @Field(() => Float, { nullable: true })
  validationLoss!: number | null;
}

export const ModelVersionConnectionType = connectionTypeOf('ModelVersion', ModelVersionType);

@ObjectType('ModelImportFailure')
export class ModelImportFailureType {
  @Field(() => String)
  code!: string;

  @Field(() => String)
  message!: string;

  @Field(() => Boolean, { description: 'Whether trying again later may help' })
  retryable!: boolean;
}

@ObjectType('ModelImport', { description: 'Where an imported version comes from, and how far its import is' })
export class ModelImportType implements ModelImport {
  modelVersionId!: string;
  createLabels!: boolean;

  @Field(() => String, { nullable: true, description: 'On the hub; null for a folder' })
  repository!: string | null;

  @Field(() => String, { nullable: true, description: 'Branch, tag or commit that was asked for' })
  revision!: string | null;

  @Field(() => String, { nullable: true, description: 'The commit it stood for, once the hub has said' })
  commit!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'In the directory of base models, or `starter` for what comes with Classeur; null for the hub',
  })
  folder!: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether all weights were compared with a hash from the hub; null until then and for folders',
  })
  isVerified!: boolean | null;

  @Field(() => String)
  requestedBy!: string;

  @Field(() => Float, { description: 'Bytes of it that are here' })
  downloadedBytes!: number;

  @Field(() => Float, { nullable: true, description: 'Null until the hub has told the size of every file' })
  totalBytes!: number | null;

  @Field(() => [String], { description: 'What is out of the ordinary about the checkpoint' })
  warnings!: string[];

  @Field(() => GraphQLISODateTime, { nullable: true })
  finishedAt!: Date | null;
}

const PromotionKindEnum = Object.fromEntries(promotionKinds.map((kind) => [kind, kind]));
registerEnumType(PromotionKindEnum, {
  name: 'PromotionKind',
  description: 'FIRST of all, by hand (MANUAL), by the gate (AUTOMATIC), or a ROLLBACK',
});

@ObjectType('PromotionEvent', { description: 'A change of the version that serves; none is ever removed' })
export class PromotionEventType implements PromotionEvent {
  @Field(() => ID)
  id!: string;

  @Field(() => PromotionKindEnum)
  kind!: PromotionKind;

  modelVersionId!: string;
  previousId!: string | null;

  @Field(() => Int, { description: 'How many promotions a roll-back takes back; 0 for a promotion' })
  steps!: number;

  @Field(() => String)
  reason!: string;

  @Field(() => String, { nullable: true, description: 'Null where the program did it by itself' })
  promotedBy!: string | null;

  @Field(() => GraphQLISODateTime)
  createdAt!: Date;
}

export const PromotionEventConnectionType = connectionTypeOf('PromotionEvent', PromotionEventType);
