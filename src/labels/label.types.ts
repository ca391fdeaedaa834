/** Labels as GraphQL shows them. */
import { Field, GraphQLISODateTime, ID, ObjectType } from 'type-graphql';
import type { Label } from './label.js';

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

  @Field(() => GraphQLISODateTime)
  createdAt!: Date;
}
