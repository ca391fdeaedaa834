/** What stands in newspapers and magazines, as rules of the grammar: leads, quotations, headlines of a dozen desks. */
import { listOf, type Rules } from './grammar.js';

export const NEWS_RULES: Rules = {
  paper:
    listOf(`The {city} [Times|Herald|Post|News|Journal|Gazette|Tribune|Courier|Sun|Star|Observer|Dispatch|Examiner|Record|Globe|Chronicle|Sentinel];
    {city} [Daily News|Morning News|Star-Press|News & Record|Times-Union|Evening Bulletin|Free Press|Post-Gazette|Business Journal];
    [The Daily Ledger|The Evening Mail|National Weekly|U.S. Business Daily|Advertising Weekly|The Financial Record|Consumer Review|Health Digest|The Legal Reporter]`),
  speaker:
    listOf(`{person}; Rep. {surname}; Sen. {surname}; Mayor {person}; [Police Chief|Coach|Judge|Sheriff|Gov.|Dr.|Attorney General|Commissioner] {person}; a spokesman for {company};
    {person}, {2-9}{1-9}, of {city}; {surname}; {surname}; company officials; analysts; state health officials; a company spokeswoman; critics; prosecutors; an industry source;
    the [mayor|governor|doctor|owner|author|attorney|lawyer|coach|president]`),
  said: listOf(
    'said; said; said; told reporters; added; explained; testified; warned; insisted; conceded; noted; charged; recalled',
  ),
  newsThing:
    listOf(`the state tobacco tax; the smoking ban; a bill to limit cigarette advertising; the lawsuit; the cigarette settlement; the merger; the new stadium;
    the school budget; the highway project; a strike by bus drivers; the trial; the murder case; the tax cut; the farm program; the proposed ordinance; the airport expansion;
    the health study; the clean air rules; the hospital; the primary election; the Senate race; the price increase; the championship; the film festival; the flood;
    the downtown mall; secondhand smoke; the surgeon general's report; the drug agency's ruling; cigarette sales to minors; the layoffs; the housing market;
    the arms talks; the oil embargo; a water shortage; the company's earnings; the plant closing; the investigation; the concert; the landfill`),
  newsBody:
    listOf(`the City Council; a federal judge; the Senate committee; the county commission; the jury; the company; the health department; the school board;
    the union; the appeals court; the legislature; the White House; the Justice Department; the state Supreme Court; the tobacco industry; the police; the medical association;
    the trade commission; the team; researchers at {university}; the Agriculture Department; a grand jury; the board of directors; the antismoking group; Congress; the museum`),
  newsDid: listOf(
    'approved; rejected; delayed; criticized; defended; voted {5-9}-{1-4} against; agreed to study; announced; opposed; endorsed; will review; sued over; blocked; debated; is expected to decide; refused to discuss; launched an inquiry into',
  ),
  place: listOf('{city}; {city}; WASHINGTON; NEW YORK; {city}, {stateName}; {stateName}; {country}'),
  newsLead: [
    '[{place} ([AP|UPI|Reuter]) - |{place} - |{place}, {month} {1-28} - |||]{NewsBody} {newsDid} {newsThing} {weekday}[, {speaker} {said}|, the latest blow to {newsThing}|, ending months of debate|].',
    '[{place} ([AP|UPI]) - |{place} - ||]{Speaker} {weekday} [called for|attacked|praised|denounced] {newsThing}, saying {newsBody} had [gone too far|not done enough|failed the public|acted in good faith].',
    '[{place} - |]A {2-9}{1-9}-year-old {city} [man|woman|mother|teacher|smoker|farmer|driver] was [killed|arrested|honored|awarded {usd}{1-90} million|charged] {weekday} [in connection with|because of|after] {newsThing}.',
    '[{place} - ||]It is [a quiet morning|early evening|almost noon] in {city}, and {person} is [lighting a cigarette|waiting for a bus|worried about {newsThing}|talking about {newsThing}].',
    '[{place} - ||]Shares of {company} [rose|fell|tumbled|jumped] {1-9} {1-7}/8 to {usd}{12-98} {weekday} after {newsBody} {newsDid} {newsThing}.',
  ],
  newsMatter: listOf(
    `cigarette advertising; passive smoking; smoking in restaurants; nicotine addiction; the tobacco lobby; lung cancer; low-tar cigarettes; smokeless tobacco; farm subsidies; teenage smoking;
    air quality; health insurance; campaign money; the stock market; product liability; birth defects; heart disease; the tobacco crop; cigarette exports; foreign trade; sponsorship of sports events;
    unemployment; drug abuse; gun control; school prayer; the trade deficit; auto racing; country music; real estate; interest rates; the environment; taxes; food labels; space flight; crime; {matter}; {matter}; {sMatter}`,
  ),
  newsDeed: listOf(
    'raises questions about; has been linked to; should not be confused with; is driving up the cost of; may soon replace; has changed the face of; is no answer to; has little to do with; depends on; is hurting; helps explain',
  ),
  newsSentence: [
    '"{Clause}," {speaker} {said}.',
    '{Speaker} {said} {clause}, but {newsMatter} {newsDeed} {newsMatter}.',
    'Critics [say|argue|contend] that {newsMatter} {newsDeed} {newsMatter}.',
    '[Researchers|Scientists|Doctors] at {university} [found|reported|believe] that {sClause}.',
    'In {city}, {newsMatter} {newsDeed} {newsMatter}, {said} {speaker}.',
    '{NewsMatter} [has become|remains|was|is] [big business|a hot issue|a {strayAdjective} subject|front-page news|the last thing {surname} wanted] in {stateName}, where {clause}.',
    '[For years|For decades|Until recently], [smokers|consumers|growers|doctors|lawyers|voters|retailers|patients] [were told|believed|assumed|hoped] {newsMatter} {newsDeed} {newsMatter}.',
    '{Surname}, who {strayVerb+ed} the {strayNoun} in {pastYear}, {said} the {quality} {thing} [is|was] {strayAdverb} {strayAdjective}.',
    '"What [we|you|they] have here is {newsMatter}, [plain and simple|not {newsMatter}|and nobody {strayVerb+s} it]," {said} {person}, {title} of {company}.',
    'A {strayNoun} of {2-9}{1-9} [residents|executives|physicians|students|senators] [will|would|could] {strayVerb} {newsMatter} [before|after] the {strayNoun} {strayVerb+s} {weekday}.',
    '"[We|They|I|People] [are|were] [not |][surprised|happy|worried|convinced|ready]," {speaker} {said}. "[It\'s|This is] [a victory|a step|a mistake|bad news|about time|a matter of choice|common sense]."',
    '"{NewsThing} [is|was] {strayAdjective}," {said} {speaker}[, who {newsDid} {newsThing}|].',
    '{NewsBody} {newsDid} {newsThing} [last {month}|{weekday}|in {pastYear}|this year|late {weekday} night].',
    '{Speaker} {said} {newsBody} {newsDid} {newsThing}.',
    'But {speaker} {said} {newsThing} would [cost|bring in|save] about {usd}{1-95} [million|billion] [a year|over {3-9} years|in lost taxes|].',
    "About {rate} of [the city's|all|American|young] [residents|smokers|voters|workers|teenagers|adults|households] [oppose|favor|would be affected by|have heard of] {newsThing}, according to a [poll|study|survey|report] [released {weekday}|by {company}|].",
    'A [hearing|vote|decision|trial|meeting|rally] on {newsThing} is [scheduled|set|expected] for {month} {1-28}.',
    'The [plan|measure|proposal|case|report|move|agreement] [would|could|does not] {strayVerb} {newsThing}, {speaker} {said}.',
    '[Meanwhile|Earlier|Still|However], {newsBody} {newsDid} {newsThing}.',
    '[Last year|In {pastYear}|In the past decade], [more than|fewer than|nearly] {1-9}{10-99},000 [people|cases|cigarettes|workers|tickets|homes] were [{strayAdjective}|lost|sold|counted|reported] in {stateName}.',
    'The [{2-9}{1-9}-year-old|former|retired|outspoken] {strayNoun} [grew up|lives|works|began his career] in {city} and [has two children|won the award in {pastYear}|quit smoking in {pastYear}|joined {company}].',
    '"I [don\'t|never|still] [think|believe|understand] [they|the government|anybody] [should|can|will] [tell people what to do|prove it|win this one|get away with it]," {surname} {said}.',
    '[Asked|Questioned] about {newsThing}, {surname} [shrugged|smiled|declined to comment|could not be reached|laughed].',
    '[Industry|Government|Hospital|Court|Campaign] [officials|records|documents|sources] [show|say|indicate] {newsBody} {newsDid} {newsThing}.',
    'The {strayAdjective} {strayNoun} {said} [nothing|little|otherwise], but {newsBody} {newsDid} {newsThing} anyway.',
    '{NewsThing} [has|had] [split|angered|divided|delighted] [neighbors|Democrats|Republicans|doctors|tobacco farmers|store owners|parents] [in {stateName}|here|].',
    'The [Tigers|Eagles|Wildcats|Rebels|Cardinals] [beat|lost to|edged|routed] {city} {60-110}-{40-59} {weekday} night [before {3-60},000 fans|in the season opener|].',
    '[On Wall Street|In Chicago|In early trading|Overseas], [prices|bonds|futures|stocks] [were mixed|closed lower|gained {1-9} percent|moved up].',
  ],
  headline: [
    '{newsVerbSubject} {headVerb} {headObject}',
    '{newsVerbSubject} {headVerb} {headObject}',
    '{headObject} {headTrouble}',
    '[Study|Report|Panel|Survey]: {headObject} {headTrouble}',
    '{headObject}: [Is it {strayAdjective}?|who pays?|The next battle|A {strayAdjective} {strayNoun}]',
    '{city} {headVerb} {headObject}',
    "'{StrayAdjective}' {strayNoun} {headTrouble}",
    '[Why|How|When|Where] {headObject} {headTrouble}',
    '{surname} {headVerb} {headObject}',
    'A {strayAdjective} {strayNoun} for {city}',
  ],
  newsVerbSubject: listOf(
    'Council; Judge; Senate; House panel; Doctors; Tobacco firms; Jury; State; Scientists; Voters; Farmers; FTC; Firm; Court; Smokers; Governor; Police; Teachers; Airline; Congress; Union; Mayor; Group; Industry; Researchers; Agency; Lawyers; Cigarette makers; Parents; Stores',
  ),
  headVerb: listOf(
    'rejects; backs; to fight; wins; delays; attacks; urges; fears; sues over; debates; defends; weighs; cuts; bans; seeks; eyes; blasts; approves; hits; drops; OKs; loses; links; probes; calls for',
  ),
  headObject:
    listOf(`smoking ban; tax hike; cigarette ads; tobacco tax; new rules; warning labels; merger; record profit; cancer link; stadium plan; school budget;
    price rise; settlement; clean air law; farm aid; health risks; TV ads; nicotine claim; vending machines; secondhand smoke; strike vote; {city} plant; job cuts;
    teen smoking; lawsuit; drug rule; airline seating; election; gas prices; murder trial; bridge repairs; {strayNoun} plan; {strayNoun} sales; low-tar brands`),
  headTrouble: listOf(
    'under fire; on the rise; falls short; stirs anger; faces test; still unsettled; draws crowd; may be harmful; goes to court; divides town; wins backing; up in smoke; in doubt; gets new life; costs more; declines',
  ),
  newsCaption: [
    "{person}: [{strayAdjective}|in his office|at {weekday}'s hearing|says he will appeal|in {pastYear}]",
    '{Speaker} [speaks|listens|waves] [at|during|outside] {newsThing}',
  ],
  newsSection: listOf(
    'Business; Metro; Living; Health; Nation; Sports; Editorial; Region; Science; Food; Weekend; Marketing; Opinion; Local; Law; People; World; Money',
  ),
  magazineSentence: [
    '{newsSentence}',
    '{newsSentence}',
    '{bodySentence}',
    'And yet, {clause}.',
    'The {strayNoun}, after all, is a {strayAdjective} {strayNoun}.',
  ],
};
