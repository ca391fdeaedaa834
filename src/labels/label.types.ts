/** Labels as GraphQL shows them. */
import { Field, Float, GraphQLISODateTime, ID, ObjectType, registerEnumType } from 'type-graphql';
import { type Label, type LabelChange, type LabelChangeKind, labelChangeKinds } from './label.js';

const LabelChangeKindEnum = Object.fromEntries(labelChangeKinds.map((kind) => [kind, kind]));
registerEnumType(LabelChangeKindEnum, { name: 'LabelChangeKind' });

@ObjectType('Label')
export class LabelType implements Label {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  name!: string;

  @Field(() => String, { nullable: true })
  description!: string | null;

  @Field(() => GraphQLISODateTime, { nullable: true, description: 'Since when it takes no more documents' })
  retiredAt!: Date | null;

  mergedIntoId!: string | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Confidence from which the word of the model is enough; null: LABEL_THRESHOLD',
  })
  threshold!: number | null;

  @Field(() => Boolean, { description: 'Whether a person must look at all that the model calls so' })
  neverAssignAutomatically!: boolean;

  @Field(() => GraphQLISODateTime)
  createdAt!: Date;
}

@ObjectType('LabelChange', {
  description: 'One step in the life of a label; none is ever changed or removed',
})
export class LabelChangeType implements LabelChange {
  @Field(() => ID)
  id!: string;

  labelId!: string;

  @Field(() => LabelChangeKindEnum)
  kind!: LabelChangeKind;

  @Field(() => String, { nullable: true, description: 'The name, description or policy before' })
  before!: string | null;

  @Field(() => String, { nullable: true })
  after!: string | null;

  @Field(() => String)
  changedBy!: string;

  @Field(() => GraphQLISODateTime)
  createdAt!: Date;
}
