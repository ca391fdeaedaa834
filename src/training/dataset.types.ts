/** What runs learn from as GraphQL shows it: frozen snapshots, their documents, the versions of the holdout. */
import { Field, GraphQLISODateTime, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { Label } from '../labels/label.js';
import { LabelType } from '../labels/label.types.js';
import { connectionTypeOf } from '../platform/graphql/connection.types.js';
import type { HoldoutVersion } from './dataset.repository.js';
import { type DatasetItem, type DatasetSnapshot, type DatasetSplit, datasetSplits } from './training-run.js';

export const DatasetSplitEnum = Object.fromEntries(datasetSplits.map((split) => [split, split]));
registerEnumType(DatasetSplitEnum, {
  name: 'DatasetSplit',
  description: 'TRAIN teaches, VALIDATION chooses the epoch, HOLDOUT is only measured on',
});

@ObjectType('DatasetCount')
export class DatasetCountType {
  @Field(() => LabelType)
  label!: Label;

  @Field(() => DatasetSplitEnum)
  split!: DatasetSplit;

  @Field(() => Int)
  documents!: number;
}

@ObjectType('DatasetSnapshot', { description: 'What a run learns from, frozen when it was asked for' })
export class DatasetSnapshotType implements DatasetSnapshot {
  @Field(() => ID)
  id!: string;

  @Field(() => Int, {
    nullable: true,
    description: 'The version of the holdout it has; null for one from before there were versions',
  })
  holdoutVersion!: number | null;

  @Field(() => GraphQLISODateTime)
  createdAt!: Date;
}

/** An item knows its snapshot, to tell what its label was called then. */
export type ItemOfSnapshot = DatasetItem & { snapshot: DatasetSnapshot };

@ObjectType('DatasetItem', {
  description: 'A document of a snapshot, with label and split as they were then',
})
export class DatasetItemType implements ItemOfSnapshot {
  snapshot!: DatasetSnapshot;
  documentId!: string;
  labelId!: string;

  @Field(() => ID, { description: 'The decision that its label comes from' })
  decisionId!: string;

  @Field(() => DatasetSplitEnum)
  split!: DatasetSplit;

  @Field(() => [String], { description: 'What had read its pages' })
  ocrVersions!: string[];

  @Field(() => ID, { nullable: true, description: 'The same for documents that were nearly the same' })
  groupId!: string | null;
}

@ObjectType('HoldoutVersion', {
  description: 'Documents come into the holdout and never leave it: each time some do is a version',
})
export class HoldoutVersionType implements HoldoutVersion {
  @Field(() => Int, { description: 'From 1' })
  version!: number;

  @Field(() => GraphQLISODateTime)
  createdAt!: Date;

  @Field(() => Int)
  addedDocuments!: number;

  @Field(() => Int, { description: 'Of this version and all before it' })
  documents!: number;
}

export const DatasetSnapshotConnectionType = connectionTypeOf('DatasetSnapshot', DatasetSnapshotType);
export const DatasetItemConnectionType = connectionTypeOf('DatasetItem', DatasetItemType);
