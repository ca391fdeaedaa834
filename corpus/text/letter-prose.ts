/** What private people, lawyers' offices and firms' form letters write: complaints, requests, thanks, notices. */
import { listOf, type Rules } from './grammar.js';

export const LETTER_RULES: Rules = {
  complaintThing: listOf(
    `a carton of {adBrand}; your new {adProduct}; the {adProduct} I bought last week; two packs of {adBrand} 100's; the coupon from {paper}; your catalog; a subscription to your magazine; your {adBrand} {adProduct}; the free offer; my refund`,
  ),
  complaint: [
    'I am [enclosing|returning|sending you] {complaintThing}, which [was stale|was damaged|had no filters|fell apart|tasted awful|never worked|arrived empty].',
    'I have been a [loyal|steady|satisfied] customer for {3-40} years and have never [had this happen before|been so disappointed|written a letter like this].',
    'I [bought|purchased|ordered] {complaintThing} at {company} in {city} on {month} {1-28} and [paid|was charged] {usd}{1-99}.{10-99}.',
    'Please [send me|let me know about|tell me where I can find|replace] {complaintThing}.',
    'I [would like|expect|hope] to hear from [you|someone in your company] [soon|within {10-30} days|by return mail].',
    'Could you please [tell me why|explain how|check if] [you changed the taste|they were taken off the market|my name was removed from your list|nobody answers my letters]?',
    'My [husband|wife|mother|neighbor|doctor] [says|thinks|told me] [I should write to you|it is the best on the market|you people do not care|there is something wrong with it].',
    'I [do not|never] [smoke|buy|use] anything [else|but {adBrand}].',
    'I saw your [ad|advertisement|commercial] in {paper} and [think it is wonderful|was offended|would like a copy|want to enter the contest].',
    'I am {18-89} years old and [live on a fixed income|have smoked since I was {12-19}|cannot drive|a student at {university}].',
    'If this [continues|is the way you treat people|cannot be fixed] I will [switch brands|write to the Better Business Bureau|have to see a lawyer|not buy it again].',
    'Thank you [very much|kindly|in advance] for [your time|reading this|any help you can give me|the nice reply].',
    'God bless you.',
    'P.S. [I enclose the empty pack|You may call me collect|Keep up the good work|Please hurry].',
  ],
  formLetter: [
    'We [recently received|have your] [inquiry|letter|order|application] [concerning|about] {matter} and [appreciate|thank you for] your interest.',
    'Unfortunately, [we are unable to|our policy does not permit us to|it is not possible to] {deed} [your request|every {thing}|unsolicited {thing+s}] [at this time|].',
    'Because of the large number of requests, we [regret that|must ask that] {clause}.',
    'Your [account|order|application|subscription|policy] number {code} [has been|will be] {deed+ed} {when}.',
    'As a [token of our appreciation|courtesy|valued customer], [please accept the enclosed coupon|you will receive a free {thing}|we are sending a {thing} under separate cover].',
    'Please complete the enclosed [form|card|questionnaire] and return it in the [envelope provided|postage-paid envelope] by {month} {1-28}.',
    '{bodySentence}',
  ],
  shortNote: [
    'Please find [attached|enclosed] the {thing} [we discussed|you asked for|dated {month} {1-28}|].',
    'Enclosed are {some} {thing+s} for your [files|signature|information|approval].',
    'This is to [confirm|acknowledge] receipt of your [letter|check|{thing}] of {month} {1-28}.',
    'I thought you might be interested in the [enclosed|attached] {thing}.',
    'Many thanks for [the {thing}|your hospitality|a most pleasant evening|your note].',
    'Our check in the amount of {usd}{1-90},{100-999}.{10-99} is enclosed.',
    'Please [note our new address|change your records|call me when you have a moment|return one signed copy].',
  ],
};
