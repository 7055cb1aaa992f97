//! Names of people that their context gives away. The rest is the tagger's.

use std::ops::Range;

use super::{Candidate, Context, Gate, Rule, whole};
use crate::{Category, finding::Evidence};

/// One to four words with a capital, initials among them.
const NAME: &str = r"(?P<v>\p{Lu}[\p{L}'’-]+(?:(?: \p{Lu}\.)? (?:(?:de|van|von|der|den|del|la|bin|al|da|dos) ){0,2}\p{Lu}[\p{L}'’-]+){0,3})";

/// Words with a capital that follow a lead-in and are no name.
const NO_NAMES: [&str; 46] = [
    "Dr", "Mr", "Mrs", "Ms", "Prof", "Miss", "The", "This", "That", "Sir", "Madam", "Team", "All",
    "Customer", "Support", "Help", "Not", "Please", "I", "It", "We", "You", "And", "But", "For",
    "My", "Your", "Our", "There", "What", "When", "Where", "How", "Why", "Who", "Which", "None",
    "Unknown", "Record", "Records", "Name", "Date", "Hiring", "Staff", "Everyone", "Friends",
];

pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "person/introduced",
        category: Category::Person,
        reason: "A name after words that introduce a person.",
        pattern: NAME,
        context: Some(Context {
            words: &[
                "my name is",
                "name is",
                "my name's",
                "i am called",
                "this is",
                "i'm called",
                "full name",
                "mein name ist",
                "ich heiße",
                "je m'appelle",
                "me llamo",
                "mi nombre es",
                "mi chiamo",
                "meu nome é",
                "name:",
                "patient:",
                "patient name",
                "client:",
                "employee:",
                "customer:",
                "defendant:",
                "plaintiff:",
                "attorney:",
                "physician:",
                "witness:",
                "contact:",
                "manager:",
                "named",
                "call me",
                "starring",
                "directed by",
                "written by",
                "my wife",
                "my husband",
                "my son",
                "my daughter",
                "my brother",
                "my sister",
                "my friend",
                "my colleague",
                "my boss",
                "my mother",
                "my father",
                "с уважением,",
                "меня зовут",
                "mijn naam is",
                "ik heet",
                "mitt navn er",
                "jag heter",
                "jeg hedder",
                "nimeni on",
                "nazywam się",
                "benim adım",
                "adım",
                "tên tôi là",
            ],
            before: 2,
            after: 0,
        }),
        accept: a_name,
        evidence: Evidence::Context,
        score: 0.8,
        finds: &[
            ("my name is John Smith and", "John Smith"),
            ("Patient: Sandra Lopez", "Sandra Lopez"),
            ("je m'appelle Élodie van der Berg", "Élodie van der Berg"),
            ("my name is Mary J. Blige.", "Mary J. Blige"),
            ("меня зовут Пётр Ильин", "Пётр Ильин"),
            ("my wife Noor and", "Noor"),
        ],
        passes: &[
            "my name is on the list",
            "the file name is README",
            "Physician: Dr. Helena Shaw",
            "this is The End",
            "name: the cat",
        ],
        ..Rule::BASE
    },
    Rule {
        name: "person/titled",
        category: Category::Person,
        reason: "A name after a title such as Mr or Dr.",
        pattern: r"(?-u:\b)(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sra?|Herr|Frau|Mme|Monsieur|Madame|Judge|Officer|Nurse|Doctor|Detective)(?-u:\b)\.? (?P<v>\p{Lu}[\p{L}'’-]+(?: \p{Lu}\.)?(?: \p{Lu}[\p{L}'’-]+){0,2})",
        gate: Gate::Any(&[
            "mr",
            "mrs",
            "ms",
            "miss",
            "mx",
            "dr",
            "prof",
            "sr",
            "herr",
            "frau",
            "mme",
            "monsieur",
            "madame",
            "judge",
            "officer",
            "nurse",
            "doctor",
            "detective",
        ]),
        accept: a_name,
        evidence: Evidence::Context,
        score: 0.85,
        finds: &[("I saw Dr. Helena Shaw", "Helena Shaw"), ("Mrs Gomez called", "Gomez")],
        passes: &["Dr. is a title", "Mr. and Mrs.", "MS Windows 11", "the Doctor The"],
        ..Rule::BASE
    },
    Rule {
        name: "person/greeted",
        category: Category::Person,
        reason: "A name in the greeting of a letter.",
        pattern: r"(?:^|\n)(?:Dear|Hi|Hello|Hallo|Liebe[r]?|Cher|Chère|Querid[ao]) (?P<v>\p{Lu}[\p{L}'’-]+(?: \p{Lu}[\p{L}'’-]+){0,2}),",
        gate: Gate::Any(&["dear", "hi", "hello", "hallo", "lieb", "cher", "chère", "querid"]),
        accept: a_name,
        evidence: Evidence::Context,
        score: 0.75,
        finds: &[("x\nDear Anna,\nthanks", "Anna")],
        passes: &["x\nDear Sir,\nthanks", "x\nHello Team,\nhow"],
        ..Rule::BASE
    },
    Rule {
        name: "person/signed",
        reason: "A name beneath the closing of a letter.",
        category: Category::Person,
        pattern: r"(?im)(?:regards|sincerely|best|cheers|thanks|thank you|wishes|yours|truly|grüße|gruß|grüßen|cordialement|saludos|saluti|groeten|cumprimentos|pozdrawiam|hälsningar|уважением)[,!.]?[ \t]*\r?\n{1,3}[ \t]*(?-i:(?P<v>\p{Lu}[\p{L}'’-]+(?: \p{Lu}\.)?(?: \p{Lu}[\p{L}'’-]+){0,2}))(?:[.,]|[ \t]*$)",
        gate: Gate::Any(&[
            "regards",
            "sincerely",
            "best",
            "cheers",
            "thanks",
            "thank you",
            "wishes",
            "yours",
            "truly",
            "grüße",
            "gruß",
            "cordialement",
            "saludos",
            "saluti",
            "groeten",
            "cumprimentos",
            "pozdrawiam",
            "hälsningar",
            "уважением",
        ]),
        accept: a_name,
        evidence: Evidence::Context,
        score: 0.8,
        finds: &[
            ("Kind regards,\nTove Lund", "Tove Lund"),
            ("Mit freundlichen Grüßen\n\nJörg", "Jörg"),
        ],
        passes: &["Best,\nThe Team", "thanks\nplease call"],
        ..Rule::BASE
    },
    Rule {
        name: "person/east_asian",
        reason: "A Chinese, Japanese or Korean name where a name is announced.",
        category: Category::Person,
        pattern: r"(?:我叫|我的名字是|我名叫|姓名[:：]|名前は|氏名[:：]|患者[:：]|病人[:：]|이름은|성함은|이름[:：]|환자[:：]) ?(?P<v>\p{Han}{2,4}|\p{Han}{1,3} \p{Han}{1,3}|\p{Hangul}{2,4}?)(?:입니다|이에요|예요|です|と|[\s\p{P}]|$)",
        gate: Gate::Any(&["叫", "名", "患者", "病人", "이름", "성함", "환자"]),
        accept: whole,
        evidence: Evidence::Context,
        score: 0.8,
        finds: &[
            ("你好，我叫李小龙。", "李小龙"),
            ("제 이름은 박지훈입니다", "박지훈"),
            ("私の名前は高橋一郎です", "高橋一郎"),
        ],
        passes: &["他的名字很长", "名前は？"],
        ..Rule::BASE
    },
    Rule {
        name: "person/family_name",
        reason: "A frequent family name beside a given name.",
        category: Category::Person,
        pattern: r"(?:^|[^\p{Han}\p{Hiragana}\p{Katakana} ] ?)(?P<v>\p{Han}{1,3} [王李张張刘劉陈陳杨楊赵趙黄黃周吴吳徐孙孫胡朱高林何郭马馬罗羅梁宋郑鄭谢謝韩韓唐冯馮于董萧蕭程曹袁邓鄧许許傅沈曾彭吕呂苏蘇卢盧蒋蔣蔡贾賈丁魏薛叶葉阎余潘杜戴夏钟鍾汪田任姜范方石姚谭譚廖邹鄒熊金陆陸郝孔白崔康毛邱秦江史顾顧侯邵孟龙龍万萬段雷钱錢汤湯尹黎易常武乔喬贺賀赖賴龚龔文]|[王李张張刘劉陈陳杨楊赵趙黄黃周吴吳徐孙孫朱高林何郭马馬] \p{Han}{1,2})(?:[^\p{Han}\p{Hiragana}\p{Katakana} ]| [^\p{Han}\p{Hiragana}\p{Katakana}]|$)",
        gate: Gate::Any(&[" "]),
        accept: whole,
        evidence: Evidence::Context,
        score: 0.7,
        finds: &[("Note - 芳 李 (MRN", "芳 李"), ("王 小明", "王 小明")],
        passes: &["今天 天气", "这是 李 的书"],
        ..Rule::BASE
    },
];

/// Cuts the candidate before the first word that is no name.
fn a_name(candidate: &Candidate<'_>) -> Option<Range<usize>> {
    let value = candidate.value();
    let mut end = 0;
    let mut at = 0;
    for word in value.split_inclusive(' ') {
        let bare = word.trim_end();
        let shouted = bare.len() > 4 && bare.chars().all(char::is_uppercase);
        if NO_NAMES.contains(&bare) || (shouted && end == 0) {
            break;
        }
        end = at + bare.len();
        at += word.len();
    }
    let start = candidate.range.start;
    (end > 0 && candidate.stands_alone(&(start..start + end))).then_some(start..start + end)
}
