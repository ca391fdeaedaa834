/** What a client may ask of the documents feature. */
import { Field, Float, GraphQLISODateTime, ID, InputType, registerEnumType } from 'type-graphql';
import { isId } from '../shared/ids.js';
import { storableText } from '../shared/storable-text.js';
import type { DocumentStatus, LabelSource } from './document.js';
import type { DocumentFilter, DocumentOrder } from './document.repository.js';
import { DocumentStatusEnum, LabelSourceEnum } from './document.types.js';

export const DocumentOrderEnum = { NEWEST_FIRST: 'NEWEST_FIRST', OLDEST_FIRST: 'OLDEST_FIRST' };
registerEnumType(DocumentOrderEnum, { name: 'DocumentOrder' });

export type { DocumentOrder };

@InputType('DocumentFilter', { description: 'All that is given must hold' })
export class DocumentFilterInput {
  @Field(() => String, {
    nullable: true,
    description: 'Searches the words of each page: all must occur; "quotes" for a phrase, `or`, `-not`',
  })
  text?: string | null;

  @Field(() => String, { nullable: true, description: 'A part of the file name, in any case' })
  filename?: string | null;

  @Field(() => [DocumentStatusEnum], {
    nullable: true,
    description: 'By default all but SPLIT and WITHDRAWN',
  })
  statuses?: DocumentStatus[] | null;

  @Field(() => [ID], { nullable: true, description: 'Labels of which the effective one is one' })
  labelIds?: string[] | null;

  @Field(() => LabelSourceEnum, { nullable: true })
  labelSource?: LabelSource | null;

  @Field(() => Boolean, { nullable: true })
  needsReview?: boolean | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Of which noneOfTheseScore of the prediction is at least this: those that may belong to no label',
  })
  noneOfTheseFrom?: number | null;

  @Field(() => GraphQLISODateTime, { nullable: true, description: 'Uploaded at this time or later' })
  createdAfter?: Date | null;

  @Field(() => GraphQLISODateTime, { nullable: true, description: 'Uploaded before this time' })
  createdBefore?: Date | null;
}

/** A field that is null, or a text without a word, counts as not given. What no document can have, such as a label that is no id, matches none. */
export function toDocumentFilter(input: DocumentFilterInput | null | undefined): DocumentFilter {
  const { text, filename, labelIds, ...rest } = input ?? {};
  const fields = {
    ...rest,
    text: storableText(text ?? '').trim() || null,
    filename: storableText(filename ?? '') || null,
    labelIds: labelIds?.filter(isId),
  };
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined),
  );
}
