/** What pages are about: for each topic the things, phrases, deeds and qualities that its sentences are made of. */
import { listOf } from './grammar.js';

export type Topic = {
  name: string;
  /** Countable nouns and noun phrases in the singular. */
  things: string[];
  /** Noun phrases without article: matters, fields, substances. */
  matters: string[];
  /** Regular verbs that take an object. */
  deeds: string[];
  qualities: string[];
};

function topic(name: string, things: string, matters: string, deeds: string, qualities: string): Topic {
  return {
    name,
    things: listOf(things),
    matters: listOf(matters),
    deeds: listOf(deeds),
    qualities: listOf(qualities),
  };
}

export const OFFICE_TOPICS: readonly Topic[] = [
  topic(
    'cigarette manufacturing',
    'cigarette;filter;tipping paper;making machine;tobacco blend;carton;pack;cigarette brand;filter rod;cutter;menthol level;casing;production line;moisture target;tip ventilation;cut filler;maker;packer;test cigarette;shift supervisor',
    'tobacco weight;expanded tobacco;reconstituted sheet;burley;flue-cured leaf;Oriental tobacco;draw resistance;machine speed;filter efficiency;paper porosity;smoking quality;tar delivery;cigarette production;menthol migration;plug wrap',
    'run;produce;adjust;monitor;pack;inspect;ship;modify;replace;balance;sample;smoke',
    'firm;ventilated;king size;low tar;mentholated;uniform;unfiltered;experimental;finished;moist;dry;loose',
  ),
  topic(
    'brand marketing',
    'brand;campaign;coupon;display;promotion;focus group;advertising agency;sales region;test market;smoker;consumer;retailer;pack design;media plan;billboard;magazine insertion;price tier;premium item;launch;competitor;creative execution;survey respondent;loyal user;store',
    'market share;brand awareness;consumer acceptance;point of sale;direct mail;media spending;purchase intent;the young adult segment;brand switching;advertising copy;share of voice;distribution;trial;repeat purchase;price promotion;sponsorship',
    'launch;promote;target;advertise;position;support;introduce;evaluate;sponsor;mail;expand;feature;test;attract',
    'competitive;promotional;regional;national;loyal;creative;visible;premium;full-price;incremental;favorable;consistent',
  ),
  topic(
    'litigation',
    'plaintiff;defendant;deposition;motion;subpoena;witness;affidavit;brief;complaint;settlement;jury;verdict;appeal;expert;law firm;document request;interrogatory;privilege log;hearing;counsel;protective order;exhibit;trial date;attorney',
    'discovery;joint defense;attorney work product;product liability;punitive damages;trade secrets;the statute of limitations;class certification;legal fees;document production;privilege;the consent decree',
    'file;oppose;dismiss;appeal;depose;produce;certify;object to;review;settle;defend;argue;withhold',
    'privileged;confidential;alleged;pending;adverse;responsive;dispositive;reasonable;unfounded;prejudicial;legal',
  ),
  topic(
    'public affairs',
    'bill;senator;congressman;committee;hearing;lobbyist;coalition;smoking ban;excise tax;ordinance;referendum;agency;testimony;legislator;governor;trade association;amendment;restaurant owner;ballot measure;advertising restriction;vote;position paper;spokesman;editorial',
    'indoor air quality;public smoking;tax revenue;legislation;federal preemption;workplace smoking;youth access;public opinion;state government;grass roots support;warning labels;regulation',
    'oppose;support;introduce;amend;testify on;repeal;enact;pass;endorse;contact;veto;defeat;propose',
    'federal;statewide;local;legislative;political;restrictive;bipartisan;voluntary;discriminatory;regulatory;public',
  ),
  topic(
    'finance',
    'budget;forecast;quarter;account;invoice;expenditure;audit;cost center;payment;ledger;balance sheet;variance;capital request;cash flow;dividend;tax return;loan;fiscal year;reserve;accrual;unit cost;expense report;treasurer;subsidiary',
    'operating income;net sales;working capital;overhead;depreciation;cash;inventory;interest expense;cost control;return on investment;the second quarter;accounts payable;foreign exchange;travel expense',
    'approve;allocate;revise;fund;charge;audit;reduce;project;exceed;reimburse;finance;postpone;transfer',
    'fiscal;net;quarterly;preliminary;unbudgeted;annual;profitable;additional;outstanding;taxable;favorable;actual',
  ),
  topic(
    'research programme',
    'laboratory;grant;proposal;investigator;protocol;contract;progress report;manuscript;symposium;assay;project;analyst;annual meeting;advisory board;renewal application;consultant;instrument;reprint;abstract;pilot study;research director;technician;patent;department head',
    'basic research;analytical chemistry;smoke chemistry;biological testing;scientific affairs;project funding;nicotine;product development;literature review;inhalation studies;toxicology;sensory evaluation;flavor research',
    'fund;review;publish;submit;analyze;propose;initiate;complete;evaluate;discuss;present;extend;support',
    'scientific;preliminary;experimental;independent;biological;chemical;promising;analytical;inconclusive;collaborative;technical',
  ),
  topic(
    'packaging and supply',
    'supplier;shipment;delivery;carton;label;warehouse;pallet;purchase order;sample;specification;truck;packing list;freight bill;quotation;vendor;container;roll;foil;printer;customer;part number;order;distributor;back order',
    'lead time;freight;raw materials;inventory;printed board;aluminum foil;quality assurance;stock;packaging material;adhesive;shipping instructions;unit price',
    'ship;order;deliver;receive;return;stock;replace;inspect;quote;reject;expedite;acknowledge;store',
    'defective;damaged;overdue;printed;corrugated;available;urgent;partial;bulk;wholesale;acceptable;late',
  ),
  topic(
    'personnel',
    'employee;position;applicant;supervisor;salary;vacation;benefit plan;training course;job description;interview;retirement;transfer;promotion;performance review;union;holiday;department;candidate;resignation;work schedule;secretary;intern;insurance form;pension',
    'health insurance;overtime;morale;recruiting;absenteeism;professional development;employee relations;safety;compensation;affirmative action;housing;tuition assistance',
    'hire;train;interview;promote;appoint;transfer;recommend;welcome;evaluate;assign;relocate;supervise',
    'qualified;experienced;temporary;full-time;outstanding;eligible;dedicated;voluntary;senior;talented;permanent',
  ),
  topic(
    'computing',
    'system;file;server;password;printer;database;user;backup;terminal;program;diskette;spreadsheet;network;upgrade;modem;laptop;attachment;software package;report;mailbox;screen;field;data file;help desk',
    'data entry;electronic mail;word processing;disk space;system access;the intranet;remote access;technical support;programming;downtime;security;file transfer',
    'install;download;update;copy;delete;access;print;upgrade;convert;enter;save;forward;test;reset',
    'automatic;electronic;corrupt;compatible;local;shared;new;online;obsolete;slow;current',
  ),
  topic(
    'meetings and travel',
    'meeting;agenda;conference;hotel;flight;reservation;dinner;presentation;visit;speaker;itinerary;conference call;room;schedule;guest;lunch;slide;workshop;banquet;trip;tour;delegate;rental car;reception',
    'travel arrangements;registration;transportation;lodging;air fare;hospitality;scheduling;the program;audio-visual equipment;the guest list',
    'schedule;arrange;confirm;attend;postpone;reserve;organize;cancel;host;plan;discuss;visit',
    'tentative;upcoming;brief;available;convenient;informal;annual;busy;international;pleasant;productive',
  ),
  topic(
    'leaf and farming',
    'farmer;crop;auction;field;barn;seed;acre;variety;fertilizer;harvest;leaf;grower;pesticide;plant bed;county agent;warehouse;quota;seedling;stalk;bale;irrigation system;tractor;drought;soil test',
    'curing;price support;leaf quality;burley acreage;blue mold;crop rotation;nitrogen;sugar content;leaf purchases;stabilization;rainfall;sucker control',
    'plant;harvest;cure;grade;grow;buy;spray;irrigate;sell;transplant;import;export',
    'ripe;green;dry;domestic;imported;heavy;mature;agricultural;cured;abundant;late',
  ),
  topic(
    'buildings and safety',
    'building;contractor;elevator;boiler;roof;fire drill;permit;inspection;tenant;parking lot;air conditioner;electrician;accident;office;floor plan;lease;fence;alarm;ventilation system;engineer;sprinkler;hazard;renovation;landlord',
    'construction;maintenance;energy use;insurance coverage;water supply;waste disposal;air pollution;safety equipment;asbestos removal;housekeeping;heating;lighting',
    'repair;inspect;install;paint;renovate;remove;lease;occupy;clean;construct;close;measure',
    'unsafe;adequate;structural;electrical;adjacent;vacant;mechanical;industrial;temporary;modern;old',
  ),
  topic(
    'publishing and education',
    'book;author;editor;article;student;teacher;library;school;classroom;university;course;subscriber;issue;chapter;lecture;scholarship;publisher;dean;photograph;essay;textbook;magazine;translation;museum',
    'copyright;tuition;higher education;page proofs;circulation;reading;subscription rates;history;adult education;curriculum;literacy;music',
    'edit;publish;teach;print;enroll;donate;translate;read;quote;illustrate;revise;mail',
    'educational;academic;popular;enclosed;literary;historical;illustrated;complimentary;distinguished;scholarly;public',
  ),
  topic(
    'insurance and charity',
    'policy;claim;premium;donation;hospital;foundation;volunteer;member;contribution;beneficiary;agent;fund drive;trustee;patient;charity;pledge;blood drive;accident report;gift;estate;chairman;award;scholarship fund;parade',
    'disaster relief;life insurance;medical coverage;fund raising;community service;membership;health care;cancer research;the annual fund;the arts',
    'donate;insure;contribute;renew;volunteer;pledge;cover;acknowledge;thank;honor;cancel;settle',
    'generous;charitable;deductible;annual;grateful;medical;civic;important;lifetime;worthy;thoughtful',
  ),
];
