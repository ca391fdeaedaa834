/** Every kind of document that the corpus has. */
import type { Kind } from '../setting.js';
import { bankStatement, payslip } from './accounts.js';
import { advertisement } from './advertisement.js';
import { contract } from './contract.js';
import { email } from './email.js';
import { fileFolder } from './file-folder.js';
import { form, questionnaire } from './forms.js';
import { handwritten } from './handwritten.js';
import { idDocument } from './id-document.js';
import { letter } from './letter.js';
import { memo } from './memo.js';
import { newsArticle } from './news-article.js';
import { invoice, purchaseOrder } from './order-papers.js';
import { presentation } from './presentation.js';
import { receipt } from './receipt.js';
import { report } from './report.js';
import { resume } from './resume.js';
import { scientificPublication } from './scientific-publication.js';
import { budget, specification } from './sheets.js';
import { utilityBill } from './utility-bill.js';

export const KINDS: readonly Kind[] = [
  advertisement,
  bankStatement,
  budget,
  contract,
  email,
  fileFolder,
  form,
  handwritten,
  idDocument,
  invoice,
  letter,
  memo,
  newsArticle,
  payslip,
  presentation,
  purchaseOrder,
  questionnaire,
  receipt,
  report,
  resume,
  scientificPublication,
  specification,
  utilityBill,
];
