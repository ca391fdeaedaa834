/** What a client sends to take a document apart. */
import { Field, ID, InputType, Int } from 'type-graphql';

@InputType('PartInput', { description: 'Pages that are to be a document of their own' })
export class PartInput {
  @Field(() => Int, { description: 'From 1' })
  firstPage!: number;

  @Field(() => Int)
  lastPage!: number;

  @Field(() => ID, {
    nullable: true,
    description: 'What it is; without it the part is classified like an upload',
  })
  labelId?: string | null;

  @Field(() => String, { nullable: true, description: 'By default that of the document, with the pages' })
  filename?: string | null;
}
