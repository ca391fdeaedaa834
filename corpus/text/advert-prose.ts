/** What advertisements say, as rules of the grammar: slogans, copy, offers and small print of many trades. */
import { listOf, type Rules } from './grammar.js';

export const AD_RULES: Rules = {
  adBrand:
    listOf(`Castleton; Merivale; Bronco; Windmere; Silverline; Highgate; Calypso; Ranger; Northwind; Carlisle; Belmonte; Savoy; Trident; Oakmont; Regatta;
    Laramie; Kingsway; Mistral; Tempo; Viscount; Sahara; Clipper; Drake; Juniper; Marquis; Rio; Sundance; Alpine; Velvet; Corsair; Pinecrest; Montclair; {surname}; {surname}; {surname}'s`),
  adProduct:
    listOf(`cigarettes; filter cigarettes; menthol cigarettes; lights; king size; 100's; pipe tobacco; cigars; whiskey; lager beer; bourbon; coffee; sedan; station wagon; {carType}; luggage; watch;
    perfume; lipstick; shampoo; television; stereo; camera; typewriter; copier; computer; refrigerator; vacuum cleaner; frozen {dish}; {fruit} juice; soup; ice cream; chewing gum; vitamins; cough drops;
    mattress; boots; blue jeans; sweater; sunglasses; vacation; cruise; airline; hotel; insurance; savings account; encyclopedia; magazine; filter tips; lighter; aspirin; paint; tires; motor oil; chocolate`),
  adQuality:
    listOf(`rich; smooth; mild; fresh; full; real; cool; light; crisp; satisfying; clean; mellow; bold; natural; true; easy; soft; golden; honest; extra; gentle; lively; refreshing; famous; modern; elegant; rugged;
    delicious; powerful; genuine; new; longer; better; {strayAdjective}`),
  adJoy: listOf(
    'flavor; taste; pleasure; refreshment; comfort; value; quality; style; satisfaction; aroma; freedom; confidence; excitement; performance; smoothness; mildness; beauty; adventure; luxury; the good life; elegance; fun',
  ),
  slogan: [
    '[Come to|Discover|Taste|Try|Enjoy|Reach for|Rediscover|Step up to|Welcome to] [the |]{adJoy}',
    '{AdQuality} {adJoy}. {AdQuality} {adJoy}.',
    'The {adQuality} {adJoy} [of|from] {adBrand}',
    "[You've|We've|It's] [come a long way|got it all|only just begun|worth the wait|never been better|made for you]",
    'Why [settle for less|not the best|pay more|wait]?',
    "[It's|Be|Feel|Taste|Think] {adQuality}. [It's|Be|Stay] {adBrand}.",
    '{adBrand}. [The|A] {adQuality} [one|choice|change|way|difference|answer].',
    'More {adJoy}. Less [tar|work|worry|money|fuss].',
    "If you want {adJoy}, you've got to [have|try|own] {adBrand}",
    'Nobody [does it|makes {adJoy}|treats you] like {adBrand}',
    "[There's|Here's] a {adQuality} {adJoy} [waiting for you|in every pack|you can afford|ahead]",
    '"I [switched|smoke|drive|wear|drink|chose] {adBrand} for the {adJoy}"',
    'For {adJoy}, make it {adBrand}.',
    '[Only|Just] {amount}!',
    'Alive with {adJoy}',
    'Where {adJoy} [begins|lives|comes first]',
    '[Men|Women|People] who know {adJoy} know {adBrand}',
    'SAVE {amount} NOW',
    'The {strayNoun} of {adJoy}',
    'Take the {adQuality} road.',
  ],
  adCopy: [
    'The {adQuality} {adJoy} you [want|deserve|expect|remember]. [At last|Now|Today|Finally], in {adBrand} {adProduct}.',
    '{adBrand} gives you {adQuality} {adJoy} [pack after pack|year after year|every time|you can count on|at a price you like].',
    "[You'll|You] [never|always] [notice|feel|taste|love] the difference [a good {strayNoun}|real quality|our people|{adQuality} {adJoy}] makes.",
    '[Ask|See|Visit|Call] your {adBrand} dealer [today|this week|for details|and save {amount}].',
    'No other {adProduct} [offers|brings|gives] you so much {adJoy} with so [little|few|much] {strayNoun}.',
    'Made from the [finest|choicest|best] [tobaccos|ingredients|materials|leather|grains|{fruit}], [aged|blended|crafted|built|selected] [for|to give you] {adJoy}.',
    '[Laboratory tests|Independent surveys|Millions of Americans|Experts|Owners] [prove|agree|say so|report]: {adBrand} is {rate} [better|milder|smoother|faster|cleaner].',
    'Try a [pack|bottle|cup|pair|test drive|carton|week in {city}] [today|soon|tomorrow|this weekend] and [see|taste|judge] for yourself.',
    'Available at [fine stores everywhere|leading {city} stores|your favorite shop|{company}].',
    '[So|And] [go ahead|relax|light up|treat yourself|come along]. {Slogan}.',
    'From our [kitchens|farms|workshops|blenders|designers] in {city}, the {adQuality} {adProduct} [that goes|made] with {strayNoun} and {strayNoun}.',
    "It's [a {adQuality} blend|the {adQuality} taste|an {adQuality} idea] with a {adQuality} [filter|finish|touch|twist] - [and nothing but|without|plus] {adJoy}.",
    'Mail the coupon for [a free|your] {strayNoun} [and|or] call toll free {phone}.',
    'Limit one [coupon|gift|entry] per [family|purchase|customer]. Offer [expires|good until] {longDate}.',
  ],
  smallPrint: [
    'Warning: The Surgeon General Has Determined That Cigarette Smoking Is Dangerous to Your Health.',
    "SURGEON GENERAL'S WARNING: [Quitting Smoking Now Greatly Reduces Serious Risks to Your Health.|Cigarette Smoke Contains Carbon Monoxide.|Smoking Causes Lung Cancer, Heart Disease, Emphysema, And May Complicate Pregnancy.]",
    '{5-18} mg. "tar", {0.4-1.4} mg. nicotine av. per cigarette[, FTC Report {Month} \'{71-96}| by FTC method].',
    '© {thisYear} {company}',
    'Offer void where prohibited. Limit one per household. Allow {4-8} weeks for delivery.',
    'Prices and specifications subject to change without notice. See dealer for details.',
    '{company}, {city}, {state} {10001-98999}. © {thisYear}.',
    'Must be 21 years of age or older. No purchase necessary.',
  ],
  offer: [
    '[FREE|SAVE|NEW|NOW|SALE|WIN|HURRY]!',
    '[FREE|Free] {strayNoun} with purchase',
    'Save {usd}{1-9}.{10-99}',
    '{10-75}% OFF',
    'Buy {1-2} get 1 FREE',
    'Only {usd}{1-99}.[95|99]',
    'Order today! {phone}',
    'Win a trip to {country}',
    '{2-60}¢ off',
    'Open [daily|Sundays] {8-10}-{5-9}',
    'Limited offer',
    'As seen on TV',
  ],
  eventAd: [
    '{weekday}, {month} {1-28}',
    '{7-9} p.m. at the {firmWord} [Hall|Theater|Arena|Club|Ballroom|Stadium]',
    'Tickets {usd}{5-60} at the door',
    'The {genre} Festival',
    'featuring {person} and the {strayNoun+s}',
    'Doors open {5-8}:[00|30]',
    '{city} {genre} Night',
    'with special guest {person}',
  ],
};
