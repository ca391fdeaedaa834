/** What is printed on forms: fields by the box, lines of tax forms, instructions, notices, lists to tick; rules of the grammar. */
import { listOf, type Rules } from './grammar.js';

export const FORM_RULES: Rules = {
  formAgency: [
    'Department of the [Treasury|Interior] - [Revenue|Internal] Service',
    '{stateName} Department of [Revenue|Labor|Motor Vehicles|Health|Transportation|Public Safety|Natural Resources]',
    'State of {stateName} [Board|Bureau|Division] of [Elections|Licensing|Vital Records|Workers Compensation|Taxation|Corporations]',
    'County of {surname}, Office of the [Clerk|Assessor|Recorder|Treasurer|Building Inspector]',
    'City of {city} [Permit|License|Housing|Planning] [Office|Department|Division]',
    '{firmWord} [Insurance|Benefit|Health|Mutual] [Company|Administrators|Services]',
    'U.S. Department of [Labor|Education|Agriculture|Commerce|Transportation]',
    '{university}, Office of the Registrar',
  ],
  formTitle: [
    "[Employer's|Employee's] [Quarterly|Annual] [Tax|Wage|Withholding] [Return|Report|Statement]",
    '[Individual|Corporate|Partnership|Fiduciary] Income Tax [Return|Declaration|Worksheet]',
    'Application for [a |][Permit|License|Benefits|Registration|Refund|Extension of Time|Exemption|Title|Enrollment|Admission|Certificate|Relief]',
    '[Vehicle|Boat|Voter|Business|Contractor|Dealer] Registration [Application|Form]',
    'Request for [Copy|Transcript|Verification|Change|Taxpayer Identification Number|Leave|Reimbursement|Information]',
    'Notice of [Claim|Loss|Injury|Change|Assessment|Withholding]',
    '[Claim|Statement] [for|of] [Reimbursement|Disability Benefits|Medical Expenses|Property Damage|Unemployment Benefits]',
    '[Medical|Health|Patient|Dental] [History|Intake|Registration] Form',
    '[Building|Zoning|Sign|Water|Discharge|Special Event] Permit Application',
    'Sales and Use Tax [Return|Certificate]',
    'Report of [Accident|Injury|Inspection|Shipment|Production|Earnings]',
    'Certificate of [Origin|Insurance|Exemption|Compliance|Analysis|Delivery]',
  ],
  formLine: [
    '[Wages, salaries, tips|Gross receipts|Total income|Taxable interest|Ordinary dividends|Business income or (loss)|Capital gain|Rents received|Other income]. [Attach schedule|See instructions|Enter amount|]',
    '[Add|Subtract] lines {1-9} [and|through] {10-30}[. Enter the result here|. If zero or less, enter -0-|]',
    'Multiply line {1-30} by {2-30}% ({0.01-0.30})',
    '[Total|Adjusted|Net|Allowable] [deductions|payments|credits|tax|expenses|income|liability|withholding]',
    'Enter the [smaller|larger] of line {1-20} or line {21-40}',
    '[Number of|Amount from] [employees|dependents|Form {code}, line {1-30}|Schedule [A|B|C|D|E]|prior year|units sold|exemptions]',
    '[Penalty|Interest|Amount] [for underpayment|overpaid|you owe|to be refunded|due with this return]',
    '[Did|Does|Was|Has] [the taxpayer|any shareholder|the applicant|the vehicle|the employer] [own|file|reported|been|receive] [a {thing}|more than {10-50}%|before {1-12}/{1-28}|any assets] [during the year|outside {stateName}|]? [If "Yes," attach statement|]',
    '[Cost of goods sold|Inventory at [beginning|end] of year|Depreciation|Repairs and maintenance|Advertising|Bad debts|Salaries and wages|Employee benefits|Pension plans|Legal and professional services|Utilities|Office expense|Travel]',
  ],
  boxLabel:
    listOf(`Wages, tips, other compensation; Federal income tax withheld; Social security wages; Social security tax withheld; Medicare wages and tips; State income tax; Local wages;
    Employer's name, address, and ZIP code; Employee's social security number; Employer identification number; Control number; Last name; First name and initial; Suffix; Home address (number and street);
    City or town, state, and ZIP code; Date of birth (mm/dd/yyyy); Daytime telephone number; Name of insured; Policy or group number; Relationship to patient; Patient's name; Date of injury; Place of accident;
    Vehicle identification number; Make; Model; Year; Plate number; Owner's name; Lienholder; Odometer reading; Applicant; Property address; Parcel number; Zoning district; Contractor license no.; Estimated cost;
    Diagnosis or nature of illness; Charges; Days or units; Date of service; Procedure code; Total charge; Amount paid; Balance due; Authorized official; Title; Agency use; Country of citizenship; Passport number;
    Class of admission; Port of entry; Consignee; Exporter; Description of goods; Gross weight; Declared value; Account number; Payer's name; Recipient's TIN; Gross distribution; Taxable amount; Interest income;
    Check if amended; Employer's state ID number; Permit number; Expiration date; Number of employees; Type of business; Marital status; Occupation; Sex; Height; Weight; Signature of applicant; Dependent care benefits`),
  formNote: [
    '[Please print or type|Type or print clearly in black ink|Complete all items|Do not staple|Attach additional sheets if necessary|Read the instructions before completing this form|See separate instructions|Submit in triplicate].',
    'For Privacy Act and Paperwork Reduction Act Notice, see [instructions|page {2-9}|reverse side].',
    'Under penalties of perjury, I declare that I have examined this [return|application|claim], including accompanying schedules and statements, and to the best of my knowledge and belief, it is true, correct, and complete.',
    'Public reporting burden for this collection of information is estimated to average {5-55} minutes per response, including the time for reviewing instructions, searching existing data sources, gathering and maintaining the data needed, and completing and reviewing the form.',
    'Any person who knowingly [files|makes] a false [statement|claim|application] [is subject to|may be guilty of] criminal and civil penalties.',
    'I hereby authorize [release|disclosure] of [any|medical] information necessary to process this [claim|application] and request payment of benefits either to myself or to the party who accepts assignment.',
    'I certify that the [above|foregoing] information is true and complete and I understand that false answers are grounds for [denial|dismissal|refusal|revocation].',
  ],
  formRule: [
    '[Use|File] Form {code} to [report|claim|request|apply for] [your {matter}|{matter}|an exemption|a refund] [for the calendar year|if you are a resident of {stateName}|].',
    'You [must|need not|may] file if [your gross income was {usd}{1-90},000 or more|you received {amount}|you were a resident for any part of the year|you employ {2-50} or more persons].',
    'Enter on line {1-40} the [total|amount|smaller amount] of [any|all] {matter} [shown in box {1-20}|you received|not included on line {1-9}].',
    'Do not include [amounts|{matter}|payments] that [are|were] [reported on Schedule [A|B|C]|exempt|received before {month} {1-28}].',
    'If [you checked "Yes"|the result is zero|the applicant is under 18|the due date falls on a Saturday], [enter -0-|attach a statement|skip to line {10-40}|a parent or guardian must sign].',
    '[Mail|Send] the completed form with [the required fee|your check or money order|one copy] to {formAgency}, [P.O. Box {100-9999}|{street}], {city}, {state} {10001-98999}, [by {month} {1-28}|within {10-60} days].',
    'See [Pub.|Section|Regulations section] {100-990} for [details|definitions|more information|exceptions].',
    '[Line|Box|Item] {1-40}. [Enter|Show|Check] [your|the] {matter}.',
    '[Who must file|When to file|Where to file|Exception|Caution|Note|Amended returns|Penalties]. {FormRule}',
  ],
  ailment:
    listOf(`Allergies; Asthma; Anemia; Arthritis; Back pain; Bleeding disorder; Cancer; Chest pain; Depression; Diabetes; Dizziness; Epilepsy; Fainting; Glaucoma; Headaches; Heart disease; Heart murmur; Hepatitis;
    High blood pressure; Kidney disease; Liver disease; Migraine; Pneumonia; Rheumatic fever; Seizures; Shortness of breath; Sinus trouble; Stroke; Thyroid problem; Tuberculosis; Ulcer; Weight loss; Surgery; Smoking`),
  personField:
    listOf(`Last name; First name; Middle initial; Address; City; State; ZIP; Home phone; Cell phone; E-mail; Date of birth; Age; Sex; Marital status; Social Security No.; Employer; Occupation; Emergency contact; Relationship; Phone;
    Insurance company; Group No.; Policy No.; Physician; Referred by; Reason for visit; Medications; Position applied for; Date available; Salary desired; Driver's license No.; Spouse; School; Degree; Major; Dates attended; Supervisor; Reason for leaving; Job title; References`),
};
