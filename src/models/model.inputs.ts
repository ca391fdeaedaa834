/** What a client sends about model versions. */
import { Field, InputType } from 'type-graphql';

@InputType('ImportModelInput', { description: 'Either a repository or a folder' })
export class ImportModelInput {
  @Field(() => String, {
    nullable: true,
    description: 'Name on the hub, such as microsoft/layoutlmv2-base-uncased',
  })
  repository?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Branch, tag or commit of the repository; not given: main',
  })
  revision?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Path of a folder inside the directory of the setting BASE_MODELS_DIR, relative to it; `starter` for the model that comes with Classeur',
  })
  folder?: string | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Make a label of each class of its classifier that has no label of its name',
  })
  createLabels!: boolean;
}
