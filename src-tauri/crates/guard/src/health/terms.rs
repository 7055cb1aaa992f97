//! The words of the health profile, in lower case. Terms are divided by commas, as some have
//! several words; English first, then German, French, Spanish, Italian, Portuguese and Dutch.

/// Diseases, injuries, states and findings.
pub(super) const DIAGNOSES: &str = "
    abscess, acne, addiction, adhd, aids, alcoholism, allergy, allergies, alopecia, alzheimer's, alzheimer's disease,
    alzheimer, amnesia, anaemia, anemia, aneurysm, angina, anorexia, anxiety disorder, anxiety, aortic stenosis,
    appendicitis, arrhythmia, arthritis, asd, asperger, asthma, ataxia, atrial fibrillation, autism, bipolar disorder,
    bipolar, blood clot, breast cancer, broken hip, bronchiectasis, bulimia, burn-out, cancer, cardiac arrest,
    carcinoma, cataract, celiac disease, coeliac disease, cellulitis, cerebral palsy, chickenpox, chlamydia, cholera,
    chronic fatigue, chronic kidney disease, chronic pain, cirrhosis, colon cancer, concussion, congestive heart failure,
    copd, coronary artery disease, covid, covid-19, crohn's, crohn's disease, cushing's syndrome, cystic fibrosis,
    deep vein thrombosis, delirium, dementia, depression, depressive disorder, dermatitis, diabetes, type 1 diabetes,
    type 2 diabetes, diabetic, diphtheria, down syndrome, down's syndrome, dvt, dyslexia, eating disorder, ebola, eczema,
    ectopic pregnancy, embolism, emphysema, encephalitis, endometriosis, epilepsy, epileptic, erectile dysfunction,
    fibroids, fibromyalgia, flu, fracture, fractured, gallstones, gangrene, gastric ulcer, genital herpes, gerd,
    gestational diabetes, glaucoma, goitre, gonorrhea, gonorrhoea, gout, grave's disease, haemophilia, hemophilia,
    haemorrhoids, hemorrhoids, hashimoto's, heart attack, heart disease, heart failure, hepatitis, hepatitis b,
    hepatitis c, hernia, herpes, high blood pressure, high cholesterol, hiv, hiv positive, hiv-positive, hodgkin's,
    huntington's, hypertension, hyperthyroidism, hypotension, hypothyroidism, impotence, incontinence, infertility,
    insomnia, irritable bowel syndrome, jaundice, kidney failure, kidney stones, lactose intolerance, leprosy, leukaemia,
    leukemia, liver failure, lung cancer, lupus, lyme disease, lymphoma, macular degeneration, malaria, malignant tumour,
    measles, melanoma, meniere's, meningitis, menopause, mesothelioma, metastases, metastatic, migraine, miscarriage,
    mononucleosis, multiple sclerosis, mumps, muscular dystrophy, myocardial infarction, myeloma, narcolepsy, neuropathy,
    obesity, obese, ocd, obsessive-compulsive disorder, osteoarthritis, osteoporosis, overdose, ovarian cancer, palsy,
    pancreatic cancer, panic attack, panic disorder, paralysis, paranoia, parkinson's, parkinson's disease, pcos,
    personality disorder, pertussis, pneumonia, polio, postpartum depression, preeclampsia, pregnant, pregnancy,
    prostate cancer, psoriasis, psychosis, ptsd, pulmonary embolism, rabies, renal failure, restless legs, rheumatism,
    rheumatoid arthritis, rosacea, rubella, salmonella, sarcoidosis, sarcoma, scabies, schizophrenia, sciatica, scoliosis,
    seizure, sepsis, shingles, sickle cell, sinusitis, skin cancer, sleep apnea, sleep apnoea, slipped disc, stroke,
    substance abuse, suicidal ideation, syphilis, tachycardia, tetanus, thrombosis, tinnitus, tonsillitis, tourette,
    tuberculosis, tumor, tumour, typhoid, ulcerative colitis, ulcer, urinary tract infection, vertigo, vitiligo,
    yeast infection,
    bluthochdruck, brustkrebs, darmkrebs, diabetiker, zuckerkrank, demenz, depressionen, epilepsie, grippe, herzinfarkt,
    herzinsuffizienz, hirnblutung, krebs, lungenkrebs, lungenentzündung, magersucht, migräne, nierenversagen, schlaganfall,
    schizophrenie, schwanger, schwangerschaft, tuberkulose, vorhofflimmern, fehlgeburt, brandwunde,
    cancer du sein, diabète, diabétique, dépression, épilepsie, grippe, enceinte, grossesse, infarctus, insuffisance cardiaque,
    asthme, avc, hypertension artérielle, schizophrénie, sclérose en plaques, tumeur, maladie de parkinson, démence, séropositif,
    séropositive, fausse couche,
    cáncer, cáncer de mama, depresión, diabético, diabética, embarazada, embarazo, epilepsia, esquizofrenia, gripe, hipertensión,
    infarto, leucemia, neumonía, vih, sida, demencia, esclerosis múltiple, aborto espontáneo,
    cancro, depressione, diabete, diabetico, diabetica, epilessia, incinta, gravidanza, infarto, ipertensione, polmonite,
    schizofrenia, demenza, sclerosi multipla, tumore,
    câncer, depressão, diabetes tipo 2, grávida, gravidez, hipertensão, pneumonia, esquizofrenia, demência,
    beroerte, borstkanker, kanker, zwanger, zwangerschap, longontsteking, hartaanval, hoge bloeddruk, depressie";

/// Medicines by their generic and best known brand names.
pub(super) const MEDICATIONS: &str = "
    abilify, acetaminophen, adalimumab, adderall, advil, albuterol, alendronate, allopurinol, alprazolam, ambien,
    amiodarone, amitriptyline, amlodipine, amoxicillin, antabuse, anticoagulant, antidepressant, antipsychotic,
    antiretroviral, apixaban, aripiprazole, aspirin, atenolol, ativan, atorvastatin, augmentin, azithromycin, baclofen,
    beta blocker, bisoprolol, botox, budesonide, buprenorphine, bupropion, buspirone, carbamazepine, carvedilol,
    cephalexin, cetirizine, chemotherapy, chlorpromazine, cialis, ciprofloxacin, citalopram, clonazepam, clonidine,
    clopidogrel, clozapine, codeine, concerta, contraceptive pill, cortisone, coumadin, cyclobenzaprine, cymbalta,
    dexamethasone, diazepam, diclofenac, digoxin, diltiazem, donepezil, doxycycline, dulaglutide, duloxetine, effexor,
    eliquis, enoxaparin, epipen, erythromycin, escitalopram, esomeprazole, estradiol, ezetimibe, famotidine, fentanyl,
    finasteride, fluconazole, fluoxetine, fluticasone, folic acid, furosemide, gabapentin, glipizide, haloperidol, heparin,
    humira, hydrochlorothiazide, hydrocodone, hydrocortisone, hydroxychloroquine, ibuprofen, immunosuppressant,
    infliximab, insulin, interferon, invega, ivermectin, januvia, ketamine, klonopin, lamotrigine, lansoprazole, lantus,
    letrozole, levodopa, levothyroxine, lexapro, lipitor, liraglutide, lisinopril, lithium, loperamide, loratadine,
    lorazepam, losartan, lyrica, melatonin, memantine, metformin, methadone, methotrexate, methylphenidate,
    metoprolol, metronidazole, mirtazapine, modafinil, montelukast, morphine, mounjaro, naloxone, naltrexone, naproxen,
    nicotine patch, nifedipine, nitrofurantoin, nitroglycerin, nortriptyline, novolog, olanzapine, omeprazole, ondansetron,
    opioid, oxycodone, oxycontin, ozempic, pantoprazole, paracetamol, paroxetine, penicillin, percocet, plavix,
    pramipexole, pravastatin, prednisolone, prednisone, pregabalin, propranolol, prozac, quetiapine, ramipril, ritalin,
    risperidone, ritonavir, rituximab, rivaroxaban, ropinirole, rosuvastatin, salbutamol, semaglutide, seroquel, sertraline,
    sildenafil, simvastatin, sitagliptin, spironolactone, ssri, statin, suboxone, sumatriptan, synthroid, tacrolimus,
    tamoxifen, tamsulosin, testosterone, topiramate, tramadol, trazodone, trulicity, truvada, tylenol, valium, valproate,
    valsartan, vancomycin, venlafaxine, ventolin, verapamil, viagra, vicodin, vyvanse, warfarin, wegovy, wellbutrin,
    xanax, xarelto, zoloft, zolpidem, zyprexa,
    antibiotika, blutverdünner, cortison, l-thyroxin, marcumar, metamizol, novalgin,
    antibiotique, antidépresseur, doliprane, insuline, lévothyroxine, morphine,
    antibiótico, insulina, metformina, paracetamol, sertralina, tachipirina, antibiotico, antibioticum";

/// Operations, treatments and examinations.
pub(super) const PROCEDURES: &str = "
    abortion, amputation, amputated, angiogram, angioplasty, biopsy, blood test, blood transfusion, bone marrow transplant,
    brain surgery, bypass surgery, c-section, caesarean, cesarean, cardiac catheterization, cat scan, chemo, chemotherapy,
    circumcision, cochlear implant, colposcopy, ct scan, cystoscopy, detox, dialysis, drug test, ecg, echocardiogram, eeg,
    ekg, electroconvulsive therapy, endoscopy, gastric bypass, gastric sleeve, gene therapy, genetic test, hiv test,
    hip replacement, hormone therapy, hormone replacement, immunotherapy, intubated, intubation, iui, ivf, kidney transplant,
    knee replacement, laparoscopy, liposuction, liver transplant, lumbar puncture, lumpectomy, mammogram, methadone treatment,
    mri, mri scan, open heart surgery, organ transplant, pacemaker, pap smear, pet scan, physiotherapy, psychiatric admission,
    psychotherapy, radiation therapy, radiotherapy, rehab, root canal, skin graft, stem cell transplant, stent, sterilisation,
    sterilization, stoma, surgery, tracheotomy, transfusion, transplant, tubal ligation, ultrasound scan, vasectomy,
    chemotherapie, bestrahlung, dialyse, herzkatheter, herzschrittmacher, kaiserschnitt, knie-op, operation am herzen,
    transplantation, abtreibung, chimiothérapie, radiothérapie, césarienne, greffe de rein, avortement, opération du coeur,
    quimioterapia, radioterapia, cesárea, trasplante, aborto, diálisis, chemioterapia, cesareo, trapianto, dialisi,
    cesariana, transplante, chemokuur, keizersnede, bestraling, niertransplantatie";

/// Words that say that a sentence is about a person. Not "you" and "we": they ask the house.
pub(super) const PEOPLE: &str = "
    i i'm my mine me myself he him his she her hers they them their patient patients resident client mother father mom mum dad wife
    husband son daughter brother sister baby child grandmother grandfather grandma grandpa uncle aunt cousin nephew niece
    partner boyfriend girlfriend colleague employee coworker neighbour neighbor friend twin fiancé fiancée
    ich mein meine meinem meinen meiner mir mich er sie sein seine ihr ihre ihrem patientin mutter vater frau mann sohn tochter
    bruder schwester kind kollege kollegin
    je j mon ma mes moi il elle son sa ses patiente mère père mari femme fils fille frère sœur
    yo mi mis me él ella su sus paciente madre padre marido esposa hijo hija hermano hermana
    io mio mia miei lui lei suo sua paziente moglie marito figlio figlia fratello sorella
    eu meu minha ele ela seu mãe pai filho filha irmão irmã ik mijn hij zij zijn haar patiënt moeder vader zoon dochter";

/// Endings of diseases.
pub(super) const DIAGNOSIS_ENDINGS: &str = "itis osis aemia emia opathy oma algia phobia plegia rrhoea rrhea sclerosis trophy uria pnea pnoea";
/// Endings of medicines (the stems of the international non-proprietary names, WHO).
pub(super) const MEDICATION_ENDINGS: &str = "azepam azolam cillin mycin floxacin cycline olol prilat pril sartan statin azole oxetine triptan gliptin gliflozin glutide parin mab tinib ciclib vir afil caine setron tidine prazole dronate terol sone solone";
/// Endings of operations and examinations.
pub(super) const PROCEDURE_ENDINGS: &str = "ectomy ostomy otomy oscopy plasty ography centesis";

/// Ordinary words with such endings.
pub(super) const NOT_MEDICAL: &str = "
    diploma aroma coma soma oklahoma roma sonoma tacoma paloma chroma genoma telecoma reservoir elixir souvenir noir protocol
    symbol control alcohol patrol petrol carol aerosol parasol photography geography biography typography demography cartography
    choreography bibliography autobiography videography filmography pornography calligraphy stenography oceanography discography
    cinematography lithography cryptography academia trophy atrophy dichotomy comfortable anatomy autonomy economy metamorphosis
    hypnosis prognosis diagnosis osmosis symbiosis apotheosis neurosis april thesis person lesson reason season mason jason season
    poison prison unison comparison garrison liaison bison caisson parson samson emerson jefferson stetson sone astronomy gastronomy
    taxonomy lobotomy bohemia homophobia xenophobia arachnophobia nostalgia appetite websites bedroom microscopy telescopy kremlin
    ringtone milestone cornerstone limestone keystone gemstone tombstone capstone someone everyone anyone";
