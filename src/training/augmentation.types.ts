/** How a run changes its training pages, as GraphQL shows it and as a client sends it. */
import { Field, Float, InputType, ObjectType } from 'type-graphql';
import type { Augmentation } from '../layoutlmv2/training/augmentation/augmentation-settings.js';

@ObjectType('Augmentation', { description: 'How training pages are changed; each is off at 0' })
export class AugmentationType implements Augmentation {
  @Field(() => Float, {
    description:
      'How far the sheet is turned, at most, either way; in degrees. Words turn with it, as with scale, shift and crop; at most 45',
  })
  rotation!: number;

  @Field(() => Float, {
    description: 'How much larger or smaller the sheet is, at most; 0.1 for 90 to 110 %; at most 0.5',
  })
  scale!: number;

  @Field(() => Float, {
    description:
      'How far words and image move together, at most, in each direction; in thousandths of the page; at most 1000',
  })
  shift!: number;

  @Field(() => Float, {
    description:
      'Share of width and of height that is cut off, at most; the rest fills the page; at most 0.5',
  })
  crop!: number;

  @Field(() => Float, {
    description: 'Probability that the image is blurred, by an amount drawn for it; at most 1',
  })
  blur!: number;

  @Field(() => Float, {
    description: 'Standard deviation of the noise in the image, at most; in grey levels; at most 128',
  })
  noise!: number;

  @Field(() => Float, {
    description:
      'Probability that ink grows or shrinks by up to a pixel, by an amount drawn for the page; at most 1',
  })
  morphology!: number;

  @Field(() => Float, {
    description: 'How much contrast is gained or lost, at most; 0.2 for up to 20 %; at most 1',
  })
  contrast!: number;

  @Field(() => Float, {
    description: 'How much all pixels are lightened or darkened, at most; 0.2 for up to 20 %; at most 1',
  })
  brightness!: number;

  @Field(() => Float, {
    description: "How far each word's box moves by itself, at most; in thousandths of the page; at most 1000",
  })
  boxJitter!: number;

  @Field(() => Float, {
    description:
      'Probability that a word changes places with its neighbour in the line, and a line with the next one; at most 1',
  })
  wordOrder!: number;

  @Field(() => Float, { description: 'Probability that a word is left out; at most 1' })
  wordDropout!: number;

  @Field(() => Float, {
    description: 'Probability that all words of one horizontal band of the page are left out; at most 1',
  })
  spanDropout!: number;

  @Field(() => Float, {
    description: 'Probability that a word is misread as OCR does, joined to the next one or split; at most 1',
  })
  characterNoise!: number;

  @Field(() => Float, {
    description:
      "Share of a page's words, at most, in whose places stand others that mean nothing; each page has its own share; at most 1",
  })
  foreignWords!: number;

  @Field(() => Float, { description: 'Probability that a token is hidden behind [MASK]; at most 1' })
  tokenMasking!: number;

  @Field(() => Float, {
    description: 'Probability that a page is seen with words only, its image blank; at most 1',
  })
  imageDropout!: number;

  @Field(() => Float, {
    description:
      'Probability that a page is seen with its image only; never together with imageDropout; at most 1',
  })
  textDropout!: number;
}

/** What is not given has its default. */
@InputType('AugmentationInput', {
  description: 'How training pages are changed; 0 turns a change off, what is not given has its default',
})
export class AugmentationInput implements Partial<Record<keyof Augmentation, number | null>> {
  @Field(() => Float, {
    nullable: true,
    description:
      'How far the sheet is turned, at most, either way; in degrees. Words turn with it, as with scale, shift and crop; at most 45',
  })
  rotation?: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'How much larger or smaller the sheet is, at most; 0.1 for 90 to 110 %; at most 0.5',
  })
  scale?: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'How far words and image move together, at most, in each direction; in thousandths of the page; at most 1000',
  })
  shift?: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Share of width and of height that is cut off, at most; the rest fills the page; at most 0.5',
  })
  crop?: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Probability that the image is blurred, by an amount drawn for it; at most 1',
  })
  blur?: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Standard deviation of the noise in the image, at most; in grey levels; at most 128',
  })
  noise?: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Probability that ink grows or shrinks by up to a pixel, by an amount drawn for the page; at most 1',
  })
  morphology?: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'How much contrast is gained or lost, at most; 0.2 for up to 20 %; at most 1',
  })
  contrast?: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'How much all pixels are lightened or darkened, at most; 0.2 for up to 20 %; at most 1',
  })
  brightness?: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "How far each word's box moves by itself, at most; in thousandths of the page; at most 1000",
  })
  boxJitter?: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Probability that a word changes places with its neighbour in the line, and a line with the next one; at most 1',
  })
  wordOrder?: number | null;

  @Field(() => Float, { nullable: true, description: 'Probability that a word is left out; at most 1' })
  wordDropout?: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Probability that all words of one horizontal band of the page are left out; at most 1',
  })
  spanDropout?: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Probability that a word is misread as OCR does, joined to the next one or split; at most 1',
  })
  characterNoise?: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      "Share of a page's words, at most, in whose places stand others that mean nothing; each page has its own share; at most 1",
  })
  foreignWords?: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Probability that a token is hidden behind [MASK]; at most 1',
  })
  tokenMasking?: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Probability that a page is seen with words only, its image blank; at most 1',
  })
  imageDropout?: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Probability that a page is seen with its image only; never together with imageDropout; at most 1',
  })
  textDropout?: number | null;
}
