/** Reclassifications as GraphQL shows them. */
import { Field, Float, GraphQLISODateTime, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { DocumentFilter } from '../documents/list-documents.js';
import { connectionTypeOf } from '../platform/graphql/connection.types.js';
import {
  type LabelChangeCount,
  type Reclassification,
  type ReclassificationStatus,
  reclassificationStatuses,
} from './reclassification.js';

const ReclassificationStatusEnum = Object.fromEntries(
  reclassificationStatuses.map((status) => [status, status]),
);
registerEnumType(ReclassificationStatusEnum, { name: 'ReclassificationStatus' });

@ObjectType('ReclassificationProgress')
export class ReclassificationProgressType {
  @Field(() => Int)
  done!: number;

  @Field(() => Int, { description: 'Documents of the filter when it was asked for' })
  total!: number;

  @Field(() => Float, { nullable: true, description: 'Null before the first document and at the end' })
  secondsLeft!: number | null;
}

/** A change knows its reclassification, to find the documents behind it. */
export type ChangeOfReclassification = LabelChangeCount & { reclassificationId: string };

@ObjectType('ReclassificationChange', { description: 'Documents that go from one label to another' })
export class ReclassificationChangeType implements ChangeOfReclassification {
  reclassificationId!: string;
  fromLabelId!: string | null;
  toLabelId!: string | null;

  @Field(() => Int)
  count!: number;
}

@ObjectType('Reclassification', {
  description: 'The documents of a filter scored by a model anew. What people have decided is left alone',
})
export class ReclassificationType implements Reclassification {
  @Field(() => ID)
  id!: string;

  @Field(() => Int, { description: 'From 1, in the order of their making' })
  number!: number;

  @Field(() => ReclassificationStatusEnum)
  status!: ReclassificationStatus;

  @Field(() => String, { nullable: true, description: 'Why it failed or was cancelled' })
  statusReason!: string | null;

  @Field(() => Boolean, { description: 'Whether it only tells what would change' })
  isDryRun!: boolean;

  modelVersionId!: string;
  filter!: DocumentFilter;
  position!: string | null;
  total!: number;
  done!: number;

  @Field(() => Int, { description: 'Documents left alone because a person has decided them' })
  decided!: number;

  @Field(() => String)
  requestedBy!: string;

  cancelRequestedAt!: Date | null;

  @Field(() => GraphQLISODateTime)
  createdAt!: Date;

  @Field(() => GraphQLISODateTime, { nullable: true })
  startedAt!: Date | null;

  @Field(() => GraphQLISODateTime, { nullable: true })
  finishedAt!: Date | null;
}

export const ReclassificationConnectionType = connectionTypeOf('Reclassification', ReclassificationType);
