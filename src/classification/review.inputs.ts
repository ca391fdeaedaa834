/** What a client sends to decide many documents. */
import { Field, ID, InputType } from 'type-graphql';

@InputType('CorrectionInput')
export class CorrectionInput {
  @Field(() => ID)
  documentId!: string;

  @Field(() => ID)
  labelId!: string;

  @Field(() => String, { nullable: true })
  note?: string | null;
}
