/** What a client sends about labels. */
import { Field, InputType } from 'type-graphql';

@InputType('CreateLabelInput')
export class CreateLabelInput {
  @Field(() => String, { description: 'Unique in any case' })
  name!: string;

  @Field(() => String, { nullable: true })
  description?: string | null;
}
