/** What reports of agencies, institutes and firms say: findings, programmes, shares and trends, notes and sources. */
import { listOf, type Rules } from './grammar.js';

export const REPORT_RULES: Rules = {
  reportField:
    listOf(`public schools; teacher preparation; rural health care; housing assistance; highway safety; water quality; postsecondary education; adult literacy; job training; child care; energy efficiency; small business lending;
    air traffic control; food assistance; veterans' services; community policing; waste management; early childhood programs; broadband access; pension funding; urban transit; crop insurance; consumer credit; coastal erosion; nursing homes;
    digital government; charter schools; the labor force; foreign direct investment; renewable power; information security; hospital finance; {matter}; {matter}; {sMatter}`),
  reportGroup:
    listOf(`students; households; school districts; states; participants; teachers; employers; counties; respondents; agencies; grantees; hospitals; beneficiaries; adults ages {25-34} to {35-64}; women; full-time workers; institutions;
    operators; firms; small firms; providers; local governments; veterans; borrowers; sites; recent graduates`),
  reportMeasure:
    listOf(`enrollment; expenditures per pupil; average attendance; the unemployment rate; median income; graduation rates; total spending; compliance; staffing; participation; operating costs; net revenue; the response rate; average scores;
    capital investment; the poverty rate; completion; retention; the number of applications; output per hour; federal funding; emissions; program costs; demand; tuition`),
  reportTrend: [
    '[increased|declined|rose|fell|grew] [from {1-40} percent in {pastYear} to {41-95} percent in {thisYear}|by {1.1-9.9} percent|by about {usd}{2-90} million|sharply|only slightly|more slowly than expected]',
    '[remained|was] [stable|largely unchanged|below the national average|higher among {reportGroup}|uneven across {reportGroup}]',
    '[varied|differed] [widely|little|considerably] [by region|across {reportGroup}|with the size of the program]',
  ],
  reportSentence: [
    '{ReportMeasure} among {reportGroup} {reportTrend}.',
    'In {pastYear}, {rate} of {reportGroup} [reported|received|participated in|were eligible for] {reportField}[, compared with {rate} of {reportGroup}|].',
    'The [report|study|Department|Commission|committee|review|analysis] [found|concluded|estimated|noted|assumes] that {reportMeasure} {reportTrend}[ (see [table|figure|appendix] {1-9})|].',
    'This [chapter|section|report|appendix] [describes|examines|presents data on|summarizes] {reportField} and its [effects on|importance for|relation to] {reportMeasure}.',
    '[Although|While] {reportMeasure} {reportTrend}, {reportMeasure} {reportTrend}.',
    '[As shown in|According to|Based on] [table|figure|exhibit] {1-9}[-{1-9}|], {reportMeasure} {reportTrend}.',
    '[Policymakers|Program managers|Officials|Evaluators] should [consider|strengthen|expand|coordinate] [efforts to {deed}|support for|the financing of] {reportField}.',
    '[Three|Two|Several|Four] [factors|barriers|findings|recommendations|trends] [stand out|are discussed below|were identified]: {reportField}, {reportField}, and {reportMeasure}.',
    '[Data|Estimates|Information] [were|was] [collected from|drawn from|provided by] {2-90} {reportGroup} [between {month} {pastYear} and {month} {thisYear}|in {2-48} States|through a mail survey].',
    '[However|In addition|Nevertheless|Moreover|By contrast|Overall], {reportGroup} [lack|need|rely on|benefit from|account for {rate} of] {reportField}.',
    'The [Act|program|initiative|policy|regulation] [requires|authorizes|encourages|provides] {reportGroup} to {deed} {reportField} [on an annual basis|at the local level|within {2-9} years|].',
    '[Funding|Financing|Support] for {reportField} {reportTrend}[, reflecting changes in {reportMeasure}|].',
    'It is [important|not possible|difficult] to [determine|measure|compare] {reportMeasure} [without|because of|in the absence of] {reportField}.',
    '[Revenue|Income|Earnings|Profit] for the [fiscal year|quarter] {reportTrend}, [mainly|primarily] due to {reportField}.',
    'Management [believes|expects|anticipates] that {reportField} will [continue to|not materially] affect {reportMeasure} in {nextYear}.',
    '{clause}.',
  ],
  reportHeading: [
    'Executive Summary',
    'Introduction',
    'Background',
    'Methodology',
    'Findings',
    'Key Findings',
    'Recommendations',
    'Conclusion',
    'Purpose and Scope',
    'Overview of {reportField}',
    'Trends in {reportMeasure}',
    'The Role of {reportField}',
    'Discussion',
    'Policy Implications',
    'Data and Definitions',
    'Limitations',
    'Results of Operations',
    'Next Steps',
  ],
  reportTitle: [
    '[The Condition of|Trends in|Financing|A Profile of|The Future of|Improving|Evaluation of|A Review of] {ReportField}[: {thisYear}| in {stateName}|: Final Report|]',
    '{ReportField} and {reportMeasure}',
    'Annual Report {thisYear}',
    '{ReportField}: [Findings From a National Survey|Issues and Options|Report to the Congress|Status and Outlook]',
  ],
  reportTable: [
    '{ReportMeasure}[ of {reportGroup}|], by [region|State|sex and age|type of institution|selected characteristics|year and quarter|industry|size of firm]: [{pastYear}|{pastYear} and {thisYear}|Fiscal years {pastYear} to {thisYear}]',
    '[Number|Percentage distribution|Percent] of {reportGroup} [participating in|reporting|with] {reportField}, by [sex|region|control of institution|income level|race]',
    '[Estimated|Projected|Actual] {reportMeasure} [and {reportMeasure}|] for {reportField}',
  ],
  reportSource: [
    'SOURCE: [U.S. Department of {firmTrade}|{institution}|{company}], {reportField}, [unpublished data|{pastYear}|survey of {reportGroup}, {pastYear}].',
    'NOTE: Details may not add to totals because of rounding. [Data are for {reportGroup} only.|Estimates exclude {reportGroup}.|]',
    '[1|2|*] [Preliminary data|Includes {reportGroup}|Less than 0.5 percent|Revised from previously published figures|Not available].',
  ],
  reportRow:
    listOf(`Total; All {reportGroup}; Men; Women; Northeast; Midwest; South; West; {stateName}; {stateName}; {stateName}; {stateName}; Public; Private; Under 25 years; 25 to 44 years; 45 to 64 years; 65 years and over; Urban; Rural; Suburban;
    Elementary; Secondary; 2-year institutions; 4-year institutions; Full time; Part time; Manufacturing; Construction; Retail trade; Services; Government; Other; Federal; State; Local; {ReportField}; {ReportMeasure}; Less than {usd}{10-90},000; First quarter; Third quarter`),
};
