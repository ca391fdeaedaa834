/** Model versions as GraphQL shows them. */
import { Field, GraphQLISODateTime, ID, Int, ObjectType } from 'type-graphql';
import { connectionTypeOf } from '../platform/graphql/connection.types.js';
import type { ModelVersion } from './model-version.js';

@ObjectType('ModelVersion')
export class ModelVersionType implements ModelVersion {
  @Field(() => ID)
  id!: string;

  @Field(() => Int, { description: 'From 1, in the order of their making' })
  number!: number;

  @Field(() => String)
  architecture!: string;

  @Field(() => String, { description: 'The configuration: tiny, small or base' })
  size!: string;

  @Field(() => Int)
  parameterCount!: number;

  @Field(() => Int, { description: 'Tokens of a page it reads' })
  maxTokens!: number;

  @Field(() => String, { description: 'Of the weights' })
  licence!: string;

  baseModelId!: string | null;

  @Field(() => GraphQLISODateTime)
  createdAt!: Date;
}

export const ModelVersionConnectionType = connectionTypeOf('ModelVersion', ModelVersionType);
