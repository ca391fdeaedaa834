/** What journal pages and laboratory reports are about; `deeds` are what investigators do, `things` what they look at. */
import { listOf } from './grammar.js';
import type { Topic } from './topics.js';

/** A field of research: with the living or lifeless material, methods, and journals of the field. */
export type ScienceTopic = Topic & { materials: string[]; methods: string[]; journals: string[] };

function field(
  name: string,
  lists: readonly [
    things: string,
    matters: string,
    deeds: string,
    qualities: string,
    materials: string,
    methods: string,
    journals: string,
  ],
): ScienceTopic {
  const [things, matters, deeds, qualities, materials, methods, journals] = lists.map(listOf);
  return {
    name,
    things: things ?? [],
    matters: matters ?? [],
    deeds: deeds ?? [],
    qualities: qualities ?? [],
    materials: materials ?? [],
    methods: methods ?? [],
    journals: journals ?? [],
  };
}

export const SCIENCE_TOPICS: readonly ScienceTopic[] = [
  field('toxicology', [
    'tumor;lesion;carcinogen;dose;metabolite;adduct;mutation;papilloma;exposure group;control group;hydrocarbon;nodule;adenoma',
    'benzo(a)pyrene;inhalation exposure;cigarette smoke condensate;lung carcinogenesis;mutagenic activity;DNA damage;tumor promotion;aryl hydrocarbon hydroxylase;nitrosamines;skin painting;hyperplasia;metabolic activation',
    'induce;expose;inhibit;metabolize;promote;initiate;sacrifice;treat;examine;enhance',
    'carcinogenic;mutagenic;histological;dose-dependent;toxic;subcutaneous;malignant;benign;pulmonary;hepatic;in vivo',
    'Syrian golden hamsters;Swiss albino mice;Fischer 344 rats;liver microsomes;Salmonella typhimurium strain TA98;skin tumors;tracheal explants;alveolar macrophages',
    'histological examination;high-pressure liquid chromatography;the Ames assay;autopsy;nose-only inhalation;topical application;light microscopy;thin-layer chromatography',
    'Cancer Letters;Toxicology and Applied Biology;Journal of Experimental Oncology;Archives of Environmental Toxicology;Carcinogen Research',
  ]),
  field('pharmacology', [
    'receptor;agonist;antagonist;neuron;binding site;injection;response;synapse;infusion;withdrawal sign;behavioral effect;transmitter;alkaloid',
    'nicotine;acetylcholine release;cotinine;self-administration;dopamine;tolerance;the nicotinic receptor;heart rate;locomotor activity;catecholamines;mecamylamine;plasma nicotine',
    'bind;stimulate;block;inject;administer;release;desensitize;potentiate;antagonize;infuse',
    'cholinergic;nicotinic;adrenergic;central;peripheral;behavioral;pharmacological;intravenous;potent;selective;dose-related',
    'male Sprague-Dawley rats;brain membranes;adrenal medulla;the isolated guinea-pig ileum;anesthetized cats;rat striatum;chromaffin cells;squirrel monkeys',
    'radioligand binding;gas chromatography;microdialysis;radioimmunoassay;drug discrimination;Scatchard analysis;electrophysiological recording;intraperitoneal injection',
    'Journal of Pharmacological Studies;Psychopharmacology Reports;Life Science Letters;Brain Research Communications;European Journal of Neuropharmacology',
  ]),
  field('epidemiology', [
    'case;control;risk factor;relative risk;cohort;smoker;nonsmoker;questionnaire;death certificate;confidence interval;odds ratio;confounder;spouse',
    'lung cancer;passive smoking;coronary heart disease;mortality;age-adjusted incidence;environmental tobacco smoke;chronic bronchitis;smoking habits;cigarette consumption;occupational exposure;respiratory disease;selection bias',
    'follow;interview;associate;adjust;compare;classify;match;report;estimate;diagnose',
    'prospective;epidemiological;significant;retrospective;nonsmoking;occupational;age-specific;cumulative;elevated;demographic',
    'hospital patients;British male physicians;white women aged 45 to 64;uranium miners;Japanese wives;asbestos workers;twin pairs;a random sample of households',
    'multiple logistic regression;a case-control design;the Mantel-Haenszel procedure;life-table methods;personal interviews;stratified analysis;record linkage;a postal questionnaire',
    'American Journal of Population Health;Archives of Preventive Epidemiology;International Journal of Cancer Statistics;Journal of Chronic Illness;The Medical Observer',
  ]),
  field('cell and molecular biology', [
    'gene;protein;promoter;transcript;plasmid;clone;mutant;sequence;kinase;exon;antibody;vector;codon;peptide;domain',
    'gene expression;signal transduction;phosphorylation;transcriptional activation;messenger RNA;the plasma membrane;protein kinase C;cell proliferation;apoptosis;tyrosine phosphorylation;DNA synthesis;calcium mobilization',
    'express;clone;encode;transfect;bind;activate;regulate;hybridize;cleave;purify;amplify',
    'transcriptional;recombinant;cytoplasmic;intracellular;wild-type;conserved;mutant;constitutive;nuclear;inducible;homologous',
    'HeLa cells;Saccharomyces cerevisiae;human fibroblasts;a cDNA library;Escherichia coli;chick embryo extracts;monolayer cultures;COS-7 cells;Xenopus oocytes',
    'Northern blot analysis;polymerase chain reaction;immunoprecipitation;gel electrophoresis;site-directed mutagenesis;Southern hybridization;flow cytometry;sucrose gradient centrifugation',
    'Journal of Molecular Cell Biology;Cellular Signalling Research;Biochemical Proceedings;Genes and Regulation;Molecular Biology Reports',
  ]),
  field('cardiology and lung', [
    'patient;artery;airway;platelet;lobe;biopsy;bronchus;ventricle;spirogram;catheter;arteriole;plaque;thrombus;macrophage',
    'blood pressure;forced expiratory volume;carboxyhemoglobin;atherosclerosis;emphysema;coronary blood flow;airway resistance;mucociliary clearance;alpha-1-antitrypsin;serum cholesterol;elastase;platelet aggregation',
    'measure;ventilate;occlude;catheterize;perfuse;elevate;record;impair;aggregate;observe',
    'pulmonary;cardiac;arterial;bronchial;obstructive;ischemic;alveolar;systolic;clinical;acute;chronic',
    'healthy volunteers;mongrel dogs;patients with angina pectoris;bronchoalveolar lavage fluid;young asymptomatic smokers;isolated perfused lungs;New Zealand white rabbits',
    'spirometry;coronary arteriography;exercise testing;whole-body plethysmography;electron microscopy;radionuclide imaging;bronchoscopy;electrocardiography',
    'Circulation Studies;American Journal of Respiratory Disease;Chest and Lung;Annals of Clinical Medicine;Thoracic Research',
  ]),
  field('analytical and organic chemistry', [
    'compound;peak;fraction;isomer;ester;solvent;spectrum;ketone;retention time;column;alkaloid;residue;acid;yield;substituent',
    'tobacco smoke;volatile aldehydes;carbon monoxide;solanesol;mass spectra;particulate matter;catalytic hydrogenation;nitric oxide;pyrolysis;phenols;nuclear magnetic resonance;the gas phase',
    'isolate;synthesize;dissolve;extract;elute;identify;evaporate;oxidize;reflux;separate;distill;titrate',
    'volatile;aqueous;aromatic;basic;neutral;crystalline;polar;quantitative;spectroscopic;unsaturated;anhydrous',
    'flue-cured tobacco leaf;the methylene chloride extract;a Cambridge filter pad;the neutral fraction;distilled water;silica gel;mainstream smoke;diethyl ether',
    'gas chromatography-mass spectrometry;infrared spectroscopy;column chromatography;fractional distillation;nmr spectroscopy;elemental analysis;atomic absorption;steam distillation',
    'Journal of Natural Compounds;Analytical Letters;Journal of Organic Synthesis;Chromatographic Science;Tobacco Chemistry Quarterly;Phytochemical Research',
  ]),
  field('plant science', [
    'leaf;seedling;cultivar;stem;root;chloroplast;virus;hybrid;nematode;stoma;pollen grain;fungus;node;bud',
    'Nicotiana tabacum;leaf senescence;nitrate reductase;photosynthesis;plant regeneration;tobacco mosaic virus;callus growth;disease resistance;genetic variation;chlorophyll;soil nitrogen;potassium uptake',
    'grow;harvest;inoculate;fertilize;transplant;infect;hybridize;germinate;cure;sample',
    'resistant;susceptible;vegetative;upper;lower;foliar;axillary;haploid;virulent;agronomic',
    'greenhouse plants;tobacco protoplasts;burley cultivars;detached leaves;field plots at two locations;tissue cultures;flue-cured breeding lines',
    'a randomized block design;tissue culture;atomic absorption;Kjeldahl digestion;grafting;leaf-disc assay;analysis of variance;enzyme-linked assay',
    'Crop and Leaf Science;Plant Biology Letters;Tobacco Agronomy;Journal of Phytopathology Research;Botanical Review Quarterly',
  ]),
  field('psychology', [
    'subject;task;session;questionnaire;reaction time;score;stimulus;trial;personality scale;smoker;abstainer;mood rating;electrode;reward',
    'smoking behavior;smoking cessation;attention;memory;stress;arousal;the electroencephalogram;craving;anxiety;cognitive performance;puffing pattern;relapse',
    'rate;recall;smoke;abstain from;perform;respond to;randomize;test;quit;interview',
    'cognitive;emotional;deprived;self-reported;habitual;sensory;attentional;neurotic;extraverted;motivational',
    'college students;24 female volunteers;heavy smokers;psychiatric outpatients;adolescents;right-handed men;light smokers',
    'a repeated measures design;factor analysis;a double-blind procedure;the Stroop test;self-report inventories;behavioral therapy;a paired-associates task',
    'Journal of Behavioral Psychology;Addictive Behavior Studies;Perception and Skills;British Journal of Applied Psychiatry;Habit and Health',
  ]),
  field('immunology and virology', [
    'antigen;antibody;lymphocyte;virus;monocyte;cytokine;vaccine;T cell;epitope;strain;hybridoma;marker;subset;receptor',
    'interleukin-2;the immune response;natural killer activity;viral replication;major histocompatibility antigens;phagocytosis;immunoglobulin E;hepatitis B;lymphocyte proliferation;inflammation;complement',
    'immunize;stimulate;infect;secrete;incubate;isolate;label;stain;suppress;culture',
    'monoclonal;immune;viral;cellular;humoral;cytotoxic;peripheral;autologous;allergic;latent;specific',
    'peripheral blood lymphocytes;BALB/c mice;human monocytes;spleen cells;patients with asthma;infected cultures;serum samples;thymocytes',
    'enzyme-linked immunosorbent assay;flow cytometry;skin testing;Western blotting;immunofluorescence;plaque assay;density gradient separation',
    'Journal of Immune Research;Clinical Allergy Letters;Virology Communications;Cellular Immunology Reports;Infection Studies',
  ]),
  field('physics and aerosols', [
    'particle;filter;flow rate;nozzle;puff;droplet;chamber;sensor;detector;thermocouple;orifice;sample;model;equation;coefficient',
    'particle size distribution;sidestream smoke;ventilation rate;indoor air;combustion temperature;diffusion;heat transfer;pressure drop;deposition;respirable particulates;radon daughters;light scattering',
    'measure;calculate;dilute;burn;simulate;calibrate;predict;filter;deposit;integrate',
    'aerodynamic;thermal;laminar;turbulent;steady-state;theoretical;ambient;empirical;porous;submicron',
    'a burning cigarette;an environmental chamber;occupied offices;cellulose acetate filters;monodisperse aerosols;a wind tunnel;restaurant air',
    'laser Doppler velocimetry;a cascade impactor;finite element analysis;piezobalance measurements;numerical integration;optical microscopy;dimensional analysis',
    'Aerosol Physics;Journal of Indoor Environments;Applied Thermal Science;Atmospheric Measurement;Combustion Letters',
  ]),
  field('economics and statistics', [
    'model;price;coefficient;household;survey;estimate;tax;variable;firm;elasticity;data set;hypothesis;consumer;state',
    'demand for cigarettes;advertising expenditure;tax incidence;price elasticity;social cost;public policy;income;consumption;addiction;market structure;welfare;the labor supply',
    'estimate;regress;predict;tax;model;specify;assume;reject;weight;compare',
    'economic;statistical;marginal;aggregate;rational;elastic;exogenous;annual;significant;linear',
    'quarterly data for 1955-1982;a sample of 3,200 households;pooled cross sections;time series of per capita sales;national survey data;state tax records',
    'ordinary least squares;two-stage estimation;maximum likelihood;bootstrap methods;simulation;cluster analysis;a probit model',
    'Journal of Applied Economics Research;Review of Public Choice Studies;Econometric Notes;Policy Analysis Quarterly;Health Economics Letters',
  ]),
];
