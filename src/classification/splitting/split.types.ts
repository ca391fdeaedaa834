/** Proposals of how to take a document apart, as GraphQL shows them. */
import { Field, Float, Int, ObjectType } from 'type-graphql';
import type { Document } from '../../documents/document.js';
import { DocumentType } from '../../documents/document.types.js';
import { leastBoundaryConfidence } from './split-proposal.js';

@ObjectType('SplitSegment', { description: 'Pages that seem to be one document' })
export class SplitSegmentType {
  @Field(() => Int)
  firstPage!: number;

  @Field(() => Int)
  lastPage!: number;

  labelId!: string | null;

  @Field(() => Float, { nullable: true, description: 'Of the label, by the mean of the scores of its pages' })
  labelConfidence!: number | null;

  @Field(() => Float, {
    description:
      'How sure it is that just these pages are one document: the least of the probabilities that it begins there, ends there, and that no other begins within',
  })
  confidence!: number;

  @Field(() => String, { description: 'Why a document seems to begin there, in words' })
  reason!: string;
}

@ObjectType('SplitProposal', {
  description: `Where new documents begin, if that is at least ${100 * leastBoundaryConfidence} % probable; one segment: leave it whole`,
})
export class SplitProposalType {
  @Field(() => DocumentType)
  document!: Document;

  modelVersionId!: string | null;

  @Field(() => [SplitSegmentType])
  segments!: SplitSegmentType[];
}
