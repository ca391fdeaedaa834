/** Plainer sentences of newspapers, as desks file them: what was said, decided, counted and asked; letters to the editor. */
import { listOf, type Rules } from './grammar.js';

export const DESK_RULES: Rules = {
  official:
    listOf(`company spokesman {person}; {person}, a spokeswoman for {newsBody}; Assistant Attorney General {person}; {person}, an analyst with {company}; Rep. {person}, [D|R]-{state}; Sen. {person}, [D|R]-{state}; District Judge {person};
    Dr. {person} of {university}; County Commissioner {person}; {person}, who owns a [restaurant|tavern|grocery|farm] in {city}; union president {person}; {person}, executive director of {institution}; Police Chief {person}; coach {person}`),
  accusation: listOf(
    `misleading the public about the dangers of smoking; marketing cigarettes to children; violating campaign finance laws; hiding research for decades; fixing prices; ignoring safety rules; failing to warn consumers; discrimination; fraud and conspiracy; dumping waste into the river`,
  ),
  measureLaw:
    listOf(`a bill that would ban smoking in public buildings; legislation to raise the cigarette tax by {2-75} cents a pack; an ordinance restricting billboards; a plan to regulate nicotine as a drug; new limits on cigarette vending machines; a {usd}{2-300} million bond issue; a property tax increase;
    the tobacco settlement; a measure to require stronger warning labels; rules for airline passengers; a moratorium on new construction; a cut in the capital gains tax; an overhaul of the health care system; a school voucher plan; a proposed sales tax`),
  deskLead: [
    '[WASHINGTON|{city}|NEW YORK|ATLANTA|CHICAGO|LONDON|RICHMOND, Va.|RALEIGH, N.C.] [(AP)|(UPI)|(Reuters)||] [-|--|—] {official} on {weekday} [accused|charged] {newsBody} [of|with] {accusation}.',
    '[WASHINGTON|{city}|ALBANY, N.Y.|SACRAMENTO] [(AP)|] [-|--] {NewsBody} {weekday} [gave final approval to|rejected|postponed action on|took up] {measureLaw}.',
    "The nation's [largest|second-largest|leading] [cigarette maker|food company|airline|retailer|insurer] said {weekday} [it will close its {city} plant|its quarterly profit rose {2-40} percent|it has agreed to buy {company} for {usd}{100-990} million|it would cut {100-990} jobs].",
    'A [state|federal|Superior Court] jury [deliberated|met] for {2-9} [days|hours] before [clearing|finding against] {company} in a lawsuit [brought by the family of a longtime smoker|accusing it of {accusation}].',
    'People who [live with smokers|smoke|exercise|drink coffee|skip breakfast] are [more|less|nearly twice as] likely to [develop heart disease|die young|get lung cancer|catch colds], according to a study [released|published] {weekday}.',
    '[First|Last] [week|month], {newsBody} asked [residents|readers|smokers|businesses] to [give up|think about|support] {measureLaw}. [The answer was no|Few did|Now the bill is due].',
  ],
  deskSentence: [
    '"[This|That|It] is [a sad day|a great victory|an outrage|a good first step|simply not true|what the people want]," said {official}.',
    '"[We|They] have [always|never] [believed|said|denied] that [smoking is a matter of adult choice|nicotine is addictive|the evidence is in|the public has a right to know]," he said.',
    "\"[I've smoked for {20-50} years|I quit last year|My customers don't like it|Nobody asked us|It's going to cost me money],\" said {person}, {20-79}, of {city}.",
    '{Official} said {newsBody} [would appeal|had no comment|was disappointed|will meet again {weekday}|has not decided whether to sue].',
    '{Official} declined to [comment|say how much|discuss the case|release the documents].',
    'The [vote|ruling|decision|settlement|announcement] came [after|a day after|despite] [weeks of debate|heavy lobbying by the tobacco industry|protests from restaurant owners|a warning from the governor].',
    'About {12-61} million Americans [smoke|have no health insurance|own stock|live in rural areas], [government figures|a new survey] [show|shows].',
    'An estimated {100-450},000 [deaths|cases] a year are [blamed on|linked to] [smoking|heart disease|air pollution|drunken driving], according to {newsBody}.',
    'In [{month}|{pastYear}], {newsBody} {newsDid} {measureLaw}.',
    'Under the [plan|bill|agreement|proposal|law], [smokers|companies|taxpayers|farmers|states] would [pay|receive|save|lose] {usd}{1-950} million [a year|over {5-25} years].',
    "The company's [stock|shares] [closed|finished] at {usd}{10-99}.{10-99}, [up|down] {usd}{1-4}.{10-99}, in [heavy|light] trading on the New York Stock Exchange.",
    'Sales [rose|fell] {1-19} percent to {usd}{1-9}.{1-9} billion from {usd}{1-9}.{1-9} billion a year [earlier|ago].',
    'Critics [say|charge|complain] the [industry|administration|agency|company] is guilty of {accusation}.',
    'Supporters of {measureLaw} say it would [save lives|protect children|raise {usd}{10-90} million|create jobs].',
    'Opponents argue that {measureLaw} would [hurt business|punish the poor|cost jobs|be impossible to enforce|violate the First Amendment].',
    'The lawsuit, filed in [U.S. District Court|state Superior Court|Circuit Court] in {city}, [seeks|asks for] {usd}{1-90} million in damages and accuses {company} of {accusation}.',
    'Attorneys for [the plaintiffs|the company|the state|the family] [called|presented|questioned] {2-19} witnesses during the {2-9}-week trial.',
    'According to [court papers|police|the report|documents obtained by {paper}|testimony], {company} [knew|was told|had been warned] of the [risks|problem|charges] as early as {pastYear}.',
    'The {measureLaw} [now goes to|must still be approved by] [the full Senate|the governor|voters in {month}|a House-Senate conference committee].',
    '{Person} [scored {12-39} points|pitched a {2-5}-hitter|ran for {80-199} yards] as {city} [beat|edged|defeated] {stateName} {70-99}-{40-69} {weekday} night.',
    '[Earlier this year|Last fall|Three weeks ago], {official} [resigned|was elected|was fired|announced a campaign for governor].',
    '[Police said|Witnesses told police|Authorities said] the [man|driver|suspect|fire|car] [was not hurt|fled on foot|started in the kitchen|was traveling at high speed].',
    'The survey of {300-1900} adults, conducted [by telephone|in {month}] by {company}, has a margin of error of plus or minus {2-5} percentage points.',
    'Temperatures [reached|fell to] {10-99} degrees in {city}, and [more rain|snow|sunshine] is expected [{weekday}|through the weekend].',
    '{Surname}, a [{state} native|former Marine|father of three|lawyer by training], [took office in {pastYear}|has written two books|joined the company in {pastYear}].',
    'But [{surname}|he|she|they] [said|added|insisted] [the fight is far from over|there was no choice|the numbers speak for themselves|taxes would not go up|it was too early to tell].',
    '"[Absolutely|No|Sure|Not really|Maybe]," [{surname}|she|he] said. "[But I would do it again|It depends on the price|You can\'t legislate everything|We\'ll see you in court]."',
    '[Here|In {city}|Across the country|At {university}|On Capitol Hill], [the mood was {strayAdjective}|few were surprised|the debate goes on|reaction was mixed].',
  ],
  readersLetter: [
    '[To the Editor|Editor|Dear Editor|Sir]: [I was [shocked|amused|delighted] to read|Your editorial of {month} {1-28} was wrong about|Thank you for printing the article on|I am tired of hearing about] {measureLaw}.',
    '[As a nonsmoker|As a taxpayer|As a retired teacher|As someone who grew up here|As a physician], I [object to|support|cannot understand] {measureLaw}.',
    '[Where will it end|Who is going to pay for it|What about the rights of the rest of us|When will our leaders listen]?',
    '[Let us hope|It is time|I urge your readers to see to it] that {newsBody} [does the right thing|listens to the people|leaves us alone|acts before it is too late].',
    '{deskSentence}',
  ],
};
