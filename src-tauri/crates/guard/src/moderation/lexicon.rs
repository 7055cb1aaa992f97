//! The words that moderation goes by. They are offensive; they stand here so that they are noticed.

use crate::phrase::Class;

pub(super) const LEXICON: &[Class] = &[
    (
        "insult",
        "idiot* moron* imbecile* loser losers scum scumbag* pathetic worthless dumbass* bitch* bastard* asshole* dickhead* cunt* retard* fuckwit* fucker* motherfucker* wanker* twat twats prick douche* shithead* dipshit* jackass* pussy whore* slut* hoe hoes skank* faggot* idiota* imbecil* pendejo* puta cabron* arschloch* wichser* hurensohn* fotze salope* connard* encule* stronzo* puttana* cazzo filho merda",
    ),
    ("mild", "stupid dumb useless ugly disgusting garbage trash clown crap lousy terrible"),
    (
        "vulgar",
        "bitch* asshole* dickhead* cunt cunts motherfucker* fucker* wanker* faggot* whore* slut* hoe hoes pussy twat skank* arschloch* hurensohn* connard* stronzo* pendejo*",
    ),
    ("fuck", "fuck fck fuk screw"),
    (
        "slur",
        "nigger* nigga* faggot* fags kike kikes chink chinks spic spics paki pakis tranny trannies wetback* gook gooks raghead* towelhead* beaner* coon coons sandnigger* dyke dykes kanake* sudaca* negrata* maricon* bougnoule* neger",
    ),
    (
        "group",
        "muslim muslims jew jews jewish blacks black immigrants immigrant migrants refugees gays gay lesbians homosexuals women woman females trans transgender transsexuals disabled mexicans arabs asians africans christians hindus gypsies latinos whites foreigners minorities queers islam chinese indians",
    ),
    ("despise", "hate hates despise* loathe* detest*"),
    (
        "lesser",
        "vermin subhuman* animals parasite* disease* scum filth cockroach* inferior plague rats savages pigs trash garbage evil disgusting cancer worthless abomination* monkeys apes apelike criminals terrorists rapists unnatural sick pests leeches burden repulsive stupid liars",
    ),
    (
        "destroy",
        "exterminate* kill* murder* gas eradicate* annihilate* lynch* genocide hang burn* eliminate* shoot* slaughter* wipe deport* beat rape* punish* die* suffer*",
    ),
    (
        "hurt",
        "kill murder stab shoot behead torture strangle poison bomb massacre attack assault slaughter rape beat hurt maim assassinate kidnap",
    ),
    (
        "person",
        "him her them people someone somebody anyone person wife husband boss neighbor neighbour girlfriend boyfriend children kids coworker* teacher* mother father brother sister family crowd you everyone woman man women men child president roommate politician* ex",
    ),
    ("i", "i im ive id ich je yo"),
    (
        "how",
        "how teach help explain instruct show guide tutorial steps write give tell provide create develop design want",
    ),
    (
        "make",
        "make build create synthesize synthesise cook construct produce manufacture assemble code develop write design making building",
    ),
    (
        "weapon",
        "bomb bombs explosive* meth methamphetamine ricin sarin napalm ransomware malware keylogger virus trojan worm counterfeit anthrax grenade silencer bioweapon* botnet spyware molotov thermite",
    ),
    (
        "break",
        "hack hacking crack steal stealing breach hijack exploit forge launder smuggle evade rob shoplift embezzle blackmail extort stalk bypass fake forging",
    ),
    (
        "target",
        "account* password* wifi bank* system systems phone server* database* network* website* identity identities passport* card cards money car cars taxes tax license* id documents election* votes store goods email emails currency people someone computer* webcam* signature security government",
    ),
    (
        "scam",
        "phishing scam scams fraud fraudulent ponzi pyramid deepfake* libel defamatory misinformation disinformation propaganda",
    ),
    ("drug", "cocaine heroin meth mdma ecstasy lsd fentanyl crack ketamine"),
    (
        "porn",
        "porn porno pornograph* blowjob* handjob* cumshot* deepthroat* hentai nudes gangbang* milf dildo* creampie* rimjob* bukkake* pornografi*",
    ),
    (
        "arousal",
        "horny erotic erotica cock cocks tits boobs pussy cum cumming fuck fucked fucking naked nude aroused orgasm* moan* thrust* masturbat* nipples seduce* lust fetish* penis vagina",
    ),
    ("self", "myself"),
    (
        "harm",
        "kill killing hurt hurting harm harming cut cutting hang hanging shoot drown starve poison burn",
    ),
    ("suicide", "suicide suicidal suizid selbstmord suicidio suicide"),
    (
        "think",
        "think thinking contemplat* consider* want wanna feel feeling plan planning commit considering attempt* about going tried gonna fantasiz*",
    ),
];
