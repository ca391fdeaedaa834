/** A word as GraphQL shows it. */
import { Field, Float, Int, ObjectType } from 'type-graphql';
import type { Box } from './word.js';

@ObjectType('Word')
export class WordType {
  @Field(() => String)
  text!: string;

  @Field(() => [Int], { description: 'x0 y0 x1 y1, 0..1000 of the page' })
  box!: Box;

  @Field(() => Float, { nullable: true, description: '0..1; null for the words of a text layer' })
  confidence!: number | null;
}
