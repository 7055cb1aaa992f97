//! The words of injections, by what they do in the sentence. English first; then German, French,
//! Spanish, Italian, Portuguese, Dutch and a little Polish, Russian and Romanian.

use crate::phrase::Class;

pub(super) const LEXICON: &[Class] = &[
    ("override", "ignore ignored ignoring disregard* forget forgetting override overrid* overrule* bypass* circumvent* neglect discard* dismiss suspend* abandon erase unlearn omit pretermit sidestep evade
        ignoriere* ignorieren vergiss vergessen missachte* umgehe* ignorez oublie* oubliez contourne* ignora ignorar ignoren ignores olvida* olvide* omite* desestima* dimentica* ignorare trascura* tralascia* esquec* desconsidere* ignorem negeer vergeet zignoruj zapomnij ignorați ignorati uita uitati nesocotest* игнориру* забудь* allontanati allontana"),
    ("prior", "previous* prior earlier above preceding former initial original foregoing existing current default system all any every
        vorherig* bisherig* vorangegangen* fruheren alle ursprunglich* precedent* anterieur* toutes tous anterior* previ* todas todos toda iniciales precedenti tutte tutti ogni iniziali eerdere vorige poprzedni* wszystki* anterioare toate predefinit* предыдущ* все par defaut defecto"),
    ("orders", "instruction* prompt prompts directive* rule rules guideline* command commands constraint* restriction* policies policy filter filters safeguard* safety programming protocol* limitation* guardrail* directions parameters
        anweisung* vorgabe* regel regeln richtlinie* beschrankung* consigne* regle* directives restrictions limites parametres instruccion* indicacion* regla* norma* directric* directiv* restriccion* limitacion* istruzion* regol* direttiv* limitazion* restrizion* conformita instruc* regra* diretriz* restric* limitac* instructies regels instrukcj* instructiun* reguli* restricti* инструкц* правил* ограничен*"),
    ("text", "instruction* prompt prompts directive* guideline* preprompt configuration initialization anweisung* richtlinie* consigne* instruccion* istruzion* instruc* instructies instrukcj* инструкц* промпт* programming"),
    ("yours", "your ur dein* ihre ihrer votre vos ton tes tu tus su sus vuestr* tuo tua tuoi tue vostre vostri seu sua seus suas teu teus tuas jouw je uw twoje ta tale твои ваши"),
    ("everything", "everything anything all whatever alles tout todo tutto tudo"),
    ("before", "before above previous* prior earlier preceding told said bisher vorher zuvor avant precedemment antes anterior* prima anteriormente taught learned"),
    ("reveal", "reveal* disclose* expose* leak* divulge* repeat* recite* print* output* dump* regurgitate verbatim uncover echo spell
        verrate* enthulle* wiederhole* offenbare* revele* repete* repetez divulgue* devoile* revela* repite* repita* divulga* rivela* ripeti* svela* repita repete onthul* herhaal ujawnij powtorz раскро* повтори* dezvaluie*"),
    ("show", "show tell give share list display write provide quote describe explain summarize summarise paraphrase translate know see read access view what whats start begin send
        zeig* nenne gib sag erzahle montre* affiche* donne* dis muestra* muestrame dime dame cual cuales mostra* dimmi dammi quali qual mostre diga quais laat toon pokaz покажи"),
    ("hidden", "system initial original hidden secret internal confidential underlying base core preprompt developer
        geheim* interne* versteckt* ursprunglich* cache* secret* caché interne initial* systeme oculta* interna* sistema base nascost* segret* intern* ocult* secretas systemu системн*"),
    ("pretend", "pretend* act acting roleplay* role play simulate* simulating imagine impersonate* behave become emulate* respond answer reply
        tu so spiele spiel stell simuliere agis fais joue imagine comporte* actua finge* imagina simula comportate recita fingi agisci aja finja imagine doe speel udawaj притворись"),
    ("you", "you u du sie tu vous usted voce lei jij ты"),
    ("free", "unrestricted unfiltered uncensored unlimited unbound* unethical amoral immoral unhinged jailbroken limitless rogue evil malicious omnipotent unconstrained dan
        uneingeschrankt* unzensiert* illimite* irrestrict* ilimitad* illimitat* sin senza sem ohne sans"),
    ("without", "without no lacks lack free exempt absence ohne keine keinen sans aucun* sin ningun* senza nessun* sem nenhum* zonder geen bez без fara"),
    ("limits", "restriction* filter* limit limits limitation* rules ethic* moral* censorship guideline* boundaries safeguard* constraint* guardrail* safety
        einschrankung* filtern grenzen regeln zensur limites filtres regles censure restriccion* filtros limites reglas etica censura restrizion* filtri limiti regole restric* regras limitaciones beperkingen ograniczen ограничени*"),
    ("special", "developer god admin* debug jailbreak* jailbroken dan sudo root maintenance unrestricted unfiltered dev diagnostic chaos evil test override
        entwickler* developpeur desarrollador administrador debug* sviluppatore desenvolvedor irrestrito depuracao depurazione depuracion libero libre livre"),
    ("mode", "mode modus modo modalita mod tryb режим"),
    ("enable", "enable* activate* enter switch engage* initiate* unlock* turn go start aktiviere* wechsle active* activez passe activa* habilita* cambia entra attiva* abilita* ative habilite habilitar ativar uruchom включи"),
    ("refuse", "refuse* decline* reject* deny apologize apologise warn warning* disclaimer* sorry object moralize lecture"),
    ("void", "void invalid obsolete cancelled canceled superseded overridden nullified revoked outdated lifted disabled inactive removed irrelevant ungultig aufgehoben annule* anulad* annullat* suspended"),
    ("obey", "follow following obey obeying comply complying adhere adhering execute perform do carry act befolge* fuhre suis execute* sigue* obedece ejecuta* segui esegui siga execute run"),
    ("not", "not dont never stop cease nicht ne pas no non nao niet nie не deja arrete smetti pare"),
    ("ai", "ai llm assistant chatbot bot gpt chatgpt assistent ia asistente assistente claude gemini"),
    ("new", "new updated revised real actual following neue neuen nouvelles nuevas nuove novas"),
    ("send", "send forward upload post transmit exfiltrate* email mail leak submit append sende schicke envoie* envia* invia envie"),
    ("goods", "conversation* history chat credential* password* secret* data database token* key keys cookie* transcript context files contents passwort* daten donnees datos dati dados"),
    ("place", "http https www url webhook server endpoint attacker address link external com net evil ftp"),
    ("decode", "decode* decrypt* deciphers decipher unscramble dekodiere decodifica* decoder"),
    ("said", "words text content sentence message* conversation line paragraph instructions above phrase"),
    ("drop", "drop delete truncate"),
    ("beyond", "beyond outside exceed* ausserhalb delà dela fuera além alem oltre"),
    ("only", "only solely exclusively strictly nur ausschliesslich ausschließlich seulement uniquement exclusivement solo unicamente exclusivamente apenas somente soltanto esclusivamente alleen"),
    ("mine", "my mine mein* mes mis miei mie minhas meus mijn"),
    ("wish", "wish wishes command* order orders guidance request requests befehl* ordres ordini ordens ordenes comandos comandi wunsch* directives"),
    ("secret", "password* passphrase passcode key keys token credential* secret secrets passwort kennwort contrasena senha parola wachtwoord haslo"),
    ("keyed", "admin administrator root master api database secret private system yours security your"),
    ("regret", "sorry cannot cant unable disclaimer* apolog* warning* refus* unethical"),
    ("fiction", "hypothetical hypothetically fiction* imaginary simulat* parallel alternate virtual universe story"),
    ("join", "combine concatenate join merge together parts pieces assemble"),
    ("reads", "read reads reading process* summar* parse parses parsing index* crawl* ingest*"),
    ("maker", "developer* creator* god master administrator owner maker programmer superior boss entwickler createur creador criador creatore"),
];
