/** The made-up world's firms, titles and everyday expressions, as rules of the grammar. */
import { listOf, type Rules } from './grammar.js';

export const JOB_TITLES = listOf(`
President; Vice President; Executive Vice President; Director of Research; Manager, Public Affairs; General Counsel;
Assistant Secretary; Treasurer; Sales Manager; Regional Manager; Brand Manager; Senior Scientist; Professor of Medicine;
Associate Professor; Managing Director; Chairman; Executive Director; Marketing Director; Account Executive; Editor;
Staff Attorney; Senior Chemist; Purchasing Agent; Personnel Director; Chief Engineer; Controller; Administrative Assistant;
Project Manager; Division Manager; Head, Analytical Section; Manager of Operations; Plant Manager; Scientific Director;
Assistant Professor of Pathology; Department of Pharmacology; Senior Partner; Communications Director; Vice Chairman;
Quality Manager; Consultant; Group Product Director; Corporate Secretary; Field Representative; Systems Analyst;
Customer Service Representative; Program Officer; Membership Secretary; Legislative Counsel; Media Supervisor`);

export const COMPANY_RULES: Rules = {
  firmWord:
    listOf(`Atlantic; Consolidated; General; National; American; United; Allied; Southern; Piedmont; Summit; Pioneer;
    Liberty; Sterling; Imperial; Continental; Standard; Universal; Keystone; Dominion; Colonial; Monarch; Crescent; Beacon;
    Heritage; Riverside; Western; Northern; Central; Pacific; Empire; Capital; Modern; Superior; Royal; Federal; Union;
    Columbia; Harbor; Highland; Lakeland; Meridian; Phoenix; Premier; Quality; Reliance; Star; Triangle; Valley; Vanguard;
    Apex; Cardinal; Delta; Eagle; Franklin; Golden; Century; Great Lakes; Tidewater; Blue Ridge; Old Dominion; Bay State`),
  firmTrade:
    listOf(`Paper; Tobacco; Chemical; Printing; Supply; Instruments; Packaging; Foods; Advertising; Insurance; Motors;
    Electric; Plastics; Laboratories; Research; Publishing; Broadcasting; Airlines; Hardware; Engineering; Construction;
    Textiles; Distributors; Beverage; Pharmaceuticals; Freight; Data Systems; Marketing; Communications; Machinery;
    Furniture; Steel; Oil; Savings; Outdoor; Displays; Filter; Leaf; Vending; Candy`),
  company: [
    '{surname} & {surname}[|, Inc.|| Company| Associates]',
    '{surname}, {surname} & {surname}',
    '{firmWord} {firmTrade} [Company|Corporation|Inc.|Co.|Corp.|Company, Inc.|Ltd.|Group]',
    '{firmWord} {firmTrade}[, Inc.| Co.| Corporation]',
    '{surname} {firmTrade} [Company|Corporation|Inc.|Co.|International]',
    '{institution}',
  ],
  institution: [
    'University of {stateName}',
    '{city} University',
    '{surname} [Institute|Foundation|Medical School|Memorial Hospital|College]',
    'The {firmTrade} Institute',
    'The [National|American|International] [Council|Association|Society|Federation|Institute] of {society}',
    '[National|American] {firmTrade} [Association|Council|Institute]',
    '{stateName} [Department|Board|Bureau] of [Health|Agriculture|Commerce|Education|Labor|Revenue|Insurance]',
  ],
  society:
    listOf(`Manufacturers; Retail Grocers; Advertisers; Pathologists; Clinical Chemists; Wholesalers; Engineers;
    Insurance Agents; Broadcasters; Restaurant Owners; Physicians; Growers; Accountants; Librarians; Psychologists`),
  university: [
    'University of {stateName}',
    '{city} State University',
    '{surname} University',
    '{surname} Medical College',
    'College of Medicine, {city} University',
    'Institute for [Cancer|Medical|Biological|Tobacco|Plant] Research, {city}',
    '{city} General Hospital',
  ],
};

export const GENERAL_RULES: Rules = {
  usd: ['$'],
  when: listOf(`last week; this morning; yesterday; on {weekday}; on {month} {1-28}; during {month}; at the end of the month;
    early next week; in the near future; as soon as possible; by {weekday}; before {month} {1-28}; this afternoon; recently;
    within {2-10} days; some time ago; for the past [several|three|six] months; since {month}; next {month}; in late {month}`),
  people:
    listOf(`[Dr.|Mr.|Mr.|Mrs.|Ms.] {surname}; the committee; our staff; the sales force; your office; both parties; the group;
    {firstName}; {person}; management; our counsel; the department; your people; the board; our customers; the team; several members`),
  manner:
    listOf(`carefully; in detail; promptly; without delay; at no charge; in person; by mail; by telephone; as requested; as discussed;
    on a trial basis; with some reluctance; in due course; at your convenience; thoroughly; again; jointly; informally; separately`),
  reason:
    listOf(`because of the {matter}; due to {matter}; in view of the {quality} {thing}; since {people} will be away; as a result of {matter};
    given the {quality} nature of the {thing}; in order to {deed} the {thing}; to avoid any misunderstanding; for your information; so that we can {deed} the {thing+s}`),
  some: listOf(
    'several; a few; two; three; most of the; many; some; all of the; a number of; {4-60}; both; the remaining; various',
  ),
  amount: listOf(
    '{usd}{10-950}; {usd}{1-90},{100-999}; {2-98} percent; {2-90}%; {usd}{1-95} million; {1-99},{100-999}; {100-900}; {3-12} weeks; {2-20} cases',
  ),
  rate: listOf(
    '{1-60} percent; {1.1-9.9} per cent; {1-60}%; {2-9} out of 10; one in {3-9}; half; nearly two thirds; about {1-9}0,000',
  ),
};
