//! The words that the phrases of moderation go by. They are offensive; they stand here so that they
//! are noticed. Written for this project from general knowledge; no list of others was copied.
//!
//! Words that mean something harmless in another language of the lexicon (Dutch "hoe", German
//! "die", Latin "cum") are left out or stand in phrases only.

use crate::phrase::Class;

pub(super) const LEXICON: &[Class] = &[
    // insults, by language
    (
        "insult",
        "idiot* moron* imbecile* loser losers scum scumbag* pathetic worthless dumbass* bitch* bastard* asshole* arsehole* dickhead* cunt* retard retards fuckwit* fucker* motherfucker* wanker* twat twats prick pricks douche* shithead* dipshit* jackass* pussy pussies whore* slut sluts slutty hoes skank* faggot* cretin* halfwit* dimwit* lowlife* dirtbag* sleazebag* bellend tosser* cocksucker* shitbag* lardass* fatass* dumbfuck* shitstain* numbnuts fuckface*",
    ),
    (
        "insult",
        "arschloch* wichser* hurensohn* fotze* schlampe* missgeburt* vollidiot* drecksau dreckskerl* trottel* mistkerl* drecksstuck* nutte*",
    ),
    (
        "insult",
        "salope* connard* connasse* encule* batard* abruti* ordure putain petasse* enfoire* trouduc* debile",
    ),
    (
        "insult",
        "pendejo* puta putas cabron* gilipollas hijueputa malparid* capullo* imbecil* idiota* subnormal* pelotudo* culero*",
    ),
    ("insult", "stronz* puttana* troia coglion* bastardo bastardi vaffanculo zoccola*"),
    ("insult", "arrombad* otario* babaca* vagabunda* cuzao fdp desgracad*"),
    ("insult", "klootzak* kutwijf* kankerlijer* tyfuslijer* rotzak sukkel* debielen hoer hoeren"),
    ("insult", "kurwa kurwy skurwysyn* debil* kretyn* szmata dziwka dziwki chuju pizda gnoju"),
    ("insult", "كلب حمار غبي شرموطة قحبة حقير عاهرة"),
    (
        "insult",
        "chutiya* chutiye madarchod* bhenchod* behenchod* harami haramzad* kamina kamine gandu bhosdike bhosadike चूतिया चुतिया मादरचोद बहनचोद हरामी कमीना कमीने गांडू रंडी",
    ),
    ("mild", "stupid dumb useless ugly disgusting clown lousy"),
    (
        "vulgar",
        "bitch bitches asshole* arsehole* dickhead* cunt cunts motherfucker* fucker fuckers wanker* faggot* whore whores slut sluts hoes twat twats skank* cocksucker* dumbass* shithead* fuckface*",
    ),
    (
        "vulgarforeign",
        "arschloch* hurensohn* fotze* wichser* connard* encule* stronzo stronza pendejo* gilipollas hijueputa arrombado klootzak* kutwijf* skurwysyn* madarchod* bhenchod* behenchod* chutiya chutiye bhosdike شرموطة मादरचोद बहनचोद चूतिया",
    ),
    ("fuck", "fuck fck fuk screw"),
    // slurs
    (
        "slur",
        "nigger* niglet* faggot fags kike kikes chinks spics paki pakis tranny trannies wetback* gook gooks raghead* towelhead* beaner* sandnigger* dykes shemale* mudslime* golliwog* jigaboo* zipperhead* porchmonkey* shitskin*",
    ),
    (
        "slurforeign",
        "kanake* kanaken schwuchtel* judensau untermensch* schlitzauge* kameltreiber* ziegenficker* bougnoule* youpin* tarlouze* bamboula* chinetoque* niakoue* sudaca* maricon* negrata* panchito* frocio froci ricchion* culattone* sapatao viado viados boiola* nikker* flikker* kankerjood geitenneuker* spleetoog* zandneger* czarnuch* kozojebc* katua katwa chakka chhakka कटुआ",
    ),
    // people by what they are; neutral on their own
    (
        "group",
        "muslim* jew jews jewish blacks black immigrants immigrant migrants refugees gays gay lesbians homosexuals women woman females female trans transgender* transsexuals disabled mexicans arabs asians africans christians hindus gypsies latinos whites foreigners minorities queers islam chinese indians",
    ),
    (
        "group",
        "muslime juden schwarze schwule lesben auslander fluchtlinge frauen behinderte turken araber",
    ),
    (
        "group",
        "musulmans juifs noirs femmes gays lesbiennes immigres refugies handicapes arabes etrangers",
    ),
    (
        "group",
        "musulmanes judios negros mujeres inmigrantes refugiados lesbianas discapacitados gitanos moros",
    ),
    ("group", "musulmani ebrei neri donne immigrati rifugiati lesbiche disabili zingari stranieri"),
    ("group", "muculmanos judeus mulheres imigrantes deficientes indios travestis estrangeiros"),
    ("group", "moslims joden zwarten vrouwen vluchtelingen gehandicapten buitenlanders homos"),
    ("group", "muzulmanie zydzi czarni imigranci uchodzcy kobiety geje lesbijki niepelnosprawni"),
    ("group", "المسلمين المسلمون اليهود السود المهاجرين اللاجئين النساء المثليين المعاقين"),
    ("group", "musalman musalmano auraten auraton daliton मुसलमान मुसलमानों औरतें औरतों दलितों दलित"),
    (
        "despise",
        "hate hates despise* loathe* detest* hasse hassen verachte* deteste* hais odio odian odiamo odeio odeiam haat haten nienawidze اكره أكره نكره nafrat नफरत नफ़रत",
    ),
    (
        "lesser",
        "vermin subhuman* animals parasite* disease* scum filth cockroach* inferior plague rats savages pigs trash garbage evil disgusting cancer worthless abomination* monkeys apes apelike criminals terrorists rapists unnatural sick pests leeches burden repulsive stupid liars",
    ),
    (
        "lesser",
        "ungeziefer abschaum parasiten untermenschen minderwertig widerlich* ekelhaft* abartig vermine degoutant* repugnant* inferieur* escoria parasitos basura asqueros* repugnantes inferiores feccia parassiti disgustos* ripugnant* schifos* lixo nojent* ongedierte uitschot walgelijk* minderwaardig* robactwo pasozyty obrzydliw* حثالة حشرات قذارة مقرفون مقرفين keede gande ghatiya कीड़े घटिया गंदे",
    ),
    (
        "destroy",
        "exterminate* kill* murder* gas eradicate* annihilate* lynch* genocide hang burn* eliminate* shoot* slaughter* wipe deport* beat rape punish suffer* vergasen vergast ausrotten exterminer exterminar sterminare uitroeien zagazowac",
    ),
    // violence
    (
        "hurt",
        "kill murder stab shoot behead torture strangle poison bomb massacre attack assault slaughter rape beat hurt maim assassinate kidnap",
    ),
    (
        "person",
        "him her them people someone somebody anyone person wife husband boss neighbor neighbour girlfriend boyfriend children kids coworker* teacher* mother father brother sister family crowd you everyone woman man women men child president roommate politician* ex",
    ),
    ("i", "i im ive id ich je yo"),
    ("you", "you youre u ur du tu eres sei voce jij je jestes ty أنت انت tum तू तुम"),
    // requests
    (
        "how",
        "how teach help explain instruct show guide tutorial steps write give tell provide create develop design want",
    ),
    (
        "how",
        "wie erklare anleitung comment explique como explicame come spiegami hoe jak wyjasnij كيف kaise batao कैसे",
    ),
    (
        "make",
        "make build create synthesize synthesise cook construct produce manufacture assemble code develop write design making building bauen herstellen basteln fabriquer fabricar construir hacer costruire fabbricare fazer maken bouwen zrobic zbudowac اصنع أصنع banana banaye banau bana",
    ),
    (
        "weapon",
        "bomb bombs explosive* meth methamphetamine ricin sarin napalm ransomware malware keylogger virus trojan worm counterfeit anthrax grenade silencer bioweapon* botnet spyware molotov thermite",
    ),
    (
        "weaponforeign",
        "bombe bomben rohrbombe sprengstoff sprengsatz explosif explosifs explosivo explosivos bomba bombas esplosivo schadsoftware ransomware malware drogen drogue drogues drogas droghe narkotyki قنبلة متفجرات bomb बम",
    ),
    (
        "break",
        "hack hacking crack steal stealing breach hijack exploit forge launder smuggle evade rob shoplift embezzle blackmail extort stalk bypass fake forging counterfeit",
    ),
    (
        "break",
        "hacken klauen stehlen falschen pirater voler falsifier blanchir hackear robar falsificar lavar rubare hackerare falsificare riciclare roubar clonar stelen vervalsen witwassen podrobic ukrasc wyprac",
    ),
    (
        "target",
        "account* password* wifi wlan bank* system systems phone server* database* network* website* identity identities passport* card cards money car cars taxes tax license* id documents election* votes store goods email emails currency people someone computer* webcam* signature security government",
    ),
    (
        "target",
        "konto passwort ausweis geld pass compte passeport argent voiture cuenta contrasena pasaporte dinero coche conto passaporto denaro macchina senha dinheiro carro wachtwoord paspoort geld rekening haslo paszport pieniadze samochod",
    ),
    (
        "scam",
        "phishing scam scams fraud fraudulent ponzi pyramid deepfake* libel defamatory misinformation disinformation propaganda",
    ),
    (
        "drug",
        "cocaine heroin meth mdma ecstasy lsd fentanyl ketamine kokain heroina cocaina cocaine kokaine",
    ),
    (
        "trade",
        "buy sell smuggle deal kaufen verkaufen acheter vendre comprar vender comprare vendere kopen verkopen kupic sprzedac",
    ),
    // sexual matter
    (
        "porn",
        "porn porno pornos pornograph* blowjob* handjob* cumshot* deepthroat* hentai nudes gangbang* milf milfs dildo* creampie* rimjob* bukkake* pornografi* camgirl* sexting",
    ),
    (
        "arousal",
        "horny erotic erotica cock cocks tits boobs pussy cumming fuck fucked fucking naked nude aroused orgasm* moan* thrust* masturbat* nipples seduce* lust fetish* penis vagina panties clit ficken titten muschi baiser seins follar tetas scopare foder neuken",
    ),
    // danger from oneself
    ("self", "myself mich"),
    (
        "harm",
        "kill killing hurt hurting harm harming cut cutting hang hanging shoot drown starve poison burn umbringen toten ritzen",
    ),
    (
        "suicide",
        "suicide suicidal suizid selbstmord suicidio suicidarme suicidarmi suicider zelfmoord samobojstwo",
    ),
    (
        "think",
        "think thinking contemplat* consider* want wanna feel feeling plan planning commit considering attempt* about going tried gonna fantasiz* will denke quiero voglio quero wil chce pense veux",
    ),
    (
        "cry",
        "我想死* 我不想活* 我想自杀* 我要自杀* 不想活了* suicidarme suicidarmi matarme uccidermi",
    ),
    // speaking about speech
    (
        "saying",
        "say saying says said call calling calls called post posts posting write writes wrote tweet tweets sagen nennen dire appeler decir llamar dire chiamare dizer chamar zeggen noemen mowic nazywac",
    ),
    (
        "rebuke",
        "wrong racist racism sexist homophobic transphobic antisemitic unacceptable offensive inappropriate disrespectful hateful insult insulting hurtful stop falsch rassistisch raciste racista razzista sbagliato inaceptable inaccettabile errado racistisch onaanvaardbaar verkeerd nieakceptowalne عنصري galat",
    ),
    (
        "insulted",
        "called named nannte genannt traite appelee llamo llamaron chiamato chiamata chamou noemde nazwal",
    ),
];
