/** Documents and pages as GraphQL shows them; what other features know of them, they add in their own resolvers. */
import { Field, Float, GraphQLISODateTime, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionTypeOf } from '../platform/graphql/connection.types.js';
import {
  type Document,
  type DocumentStatus,
  documentStatuses,
  type Failure,
  type LabelSource,
  type Page,
} from './document.js';

export const DocumentStatusEnum = Object.fromEntries(documentStatuses.map((status) => [status, status]));
registerEnumType(DocumentStatusEnum, {
  name: 'DocumentStatus',
  description:
    'Where a document is on its way in; READY and FAILED are the ends. For one that is SPLIT its parts stand; one that is WITHDRAWN was a part of a split that was taken back. Lists leave these two out unless they are asked for',
});

export const LabelSourceEnum = { HUMAN: 'HUMAN', MODEL: 'MODEL' };
registerEnumType(LabelSourceEnum, { name: 'LabelSource', description: 'Whose word a label is' });

@ObjectType('Failure', { description: 'Why a document could not be taken in, after the last try' })
class FailureType {
  @Field(() => String)
  code!: string;

  @Field(() => String)
  message!: string;

  @Field(() => String, { description: 'RENDERING, READING or CLASSIFYING' })
  stage!: string;

  @Field(() => Boolean, { description: 'Whether `retryDocument` may succeed with the same file' })
  retryable!: boolean;
}

@ObjectType('Document')
export class DocumentType implements Document {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  filename!: string;

  @Field(() => String, { description: 'Told by the content, never by the name' })
  mediaType!: string;

  @Field(() => Int)
  byteSize!: number;

  @Field(() => String)
  sha256!: string;

  @Field(() => DocumentStatusEnum)
  status!: DocumentStatus;

  @Field(() => FailureType, { nullable: true })
  failure!: Failure | null;

  @Field(() => Int, { nullable: true, description: 'Null until the pages are rendered' })
  pageCount!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Of a part: the page of the document it was split from that is its first',
  })
  splitFirstPage!: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Of a part whose file is the whole one it was split from: the page of that file on which it begins. Null where the file is its own; parts of a PDF get theirs soon after the split',
  })
  fileFirstPage!: number | null;

  labelId!: string | null;

  @Field(() => LabelSourceEnum, { nullable: true })
  labelSource!: LabelSource | null;

  @Field(() => Boolean, { description: 'No person has decided, and no prediction is confident enough' })
  needsReview!: boolean;

  @Field(() => GraphQLISODateTime)
  createdAt!: Date;
}

@ObjectType('Page')
export class PageType implements Page {
  @Field(() => ID)
  id!: string;

  documentId!: string;

  @Field(() => Int, { description: 'From 1' })
  number!: number;

  @Field(() => Int, { description: 'Pixels of the page image' })
  width!: number;

  @Field(() => Int)
  height!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'Dots per inch of the page image, where they are known',
  })
  dpi!: number | null;

  imageSha256!: string;
  @Field(() => String, {
    nullable: true,
    description: 'What is wrong with a page that could not be read whole',
  })
  fault!: string | null;

  imageMediaType!: string;
  thumbnailSha256!: string;
}

export const DocumentConnectionType = connectionTypeOf('Document', DocumentType);
