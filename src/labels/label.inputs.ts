/** What a client sends about labels. */
import { Field, Float, InputType } from 'type-graphql';

@InputType('CreateLabelInput')
export class CreateLabelInput {
  @Field(() => String, { description: 'Unique in any case' })
  name!: string;

  @Field(() => String, { nullable: true })
  description?: string | null;
}

@InputType('LabelPolicyInput', { description: 'What is not given stays as it is' })
export class LabelPolicyInput {
  @Field(() => Float, { nullable: true, description: 'From 0 to 1; null: LABEL_THRESHOLD' })
  threshold?: number | null;

  @Field(() => Boolean, { nullable: true })
  neverAssignAutomatically?: boolean | null;
}
