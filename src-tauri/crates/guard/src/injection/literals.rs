//! Signs that have no place in a person's question: control tokens of chat templates, fake
//! message borders, commands to machines, and override phrases of scripts without word spaces.

/// A sign, in lower case.
pub(super) struct Literal {
    pub(super) name: &'static str,
    pub(super) text: &'static str,
    pub(super) weight: f32,
    pub(super) place: Place,
}

/// Where a literal counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Anywhere,
    LineStart,
}

impl Literal {
    pub(super) fn anywhere(&self) -> bool {
        self.place == Place::Anywhere
    }
}

const fn anywhere(name: &'static str, text: &'static str, weight: f32) -> Literal {
    Literal { name, text, weight, place: Place::Anywhere }
}

const fn at_line_start(name: &'static str, text: &'static str, weight: f32) -> Literal {
    Literal { name, text, weight, place: Place::LineStart }
}

pub(super) const LITERALS: &[Literal] = &[
    anywhere("delimiter/chatml", "<|im_start|>", 0.9),
    anywhere("delimiter/chatml", "<|im_end|>", 0.9),
    anywhere("delimiter/chatml", "<|im_sep|>", 0.9),
    anywhere("delimiter/control", "<|system|>", 0.9),
    anywhere("delimiter/control", "<|user|>", 0.8),
    anywhere("delimiter/control", "<|assistant|>", 0.8),
    anywhere("delimiter/control", "<|endoftext|>", 0.9),
    anywhere("delimiter/control", "<|end|>", 0.8),
    anywhere("delimiter/control", "<|begin_of_text|>", 0.9),
    anywhere("delimiter/control", "<|start_header_id|>", 0.9),
    anywhere("delimiter/control", "<|end_header_id|>", 0.9),
    anywhere("delimiter/control", "<|eot_id|>", 0.9),
    anywhere("delimiter/turn", "<start_of_turn>", 0.9),
    anywhere("delimiter/turn", "<end_of_turn>", 0.9),
    anywhere("delimiter/llama", "[inst]", 0.8),
    anywhere("delimiter/llama", "[/inst]", 0.8),
    anywhere("delimiter/llama", "<<sys>>", 0.9),
    anywhere("delimiter/llama", "<</sys>>", 0.9),
    at_line_start("delimiter/heading", "### system", 0.7),
    at_line_start("delimiter/heading", "###system", 0.7),
    at_line_start("delimiter/heading", "## system", 0.5),
    at_line_start("delimiter/heading", "### instruction", 0.6),
    at_line_start("delimiter/heading", "### assistant", 0.6),
    at_line_start("delimiter/role", "system:", 0.5),
    at_line_start("delimiter/role", "assistant:", 0.3),
    at_line_start("delimiter/role", "[system]", 0.6),
    at_line_start("delimiter/role", "[system message]", 0.6),
    at_line_start("delimiter/role", "system message:", 0.6),
    anywhere("delimiter/tag", "<system>", 0.6),
    anywhere("delimiter/tag", "</system>", 0.6),
    anywhere("delimiter/tag", "</user>", 0.5),
    anywhere("delimiter/tag", "<system_prompt>", 0.7),
    anywhere("delimiter/tag", "</context>", 0.4),
    anywhere("delimiter/border", "end of system prompt", 0.7),
    anywhere("delimiter/border", "begin system prompt", 0.7),
    anywhere("delimiter/border", "end of user input", 0.6),
    anywhere("delimiter/border", "system override", 0.6),
    anywhere("planted/command", "secret_command", 0.5),
    anywhere("planted/command", "secret_instruction", 0.5),
    anywhere("planted/command", "admin_command", 0.5),
    anywhere("command/shell", "rm -rf", 0.5),
    anywhere("command/shell", "os.system(", 0.5),
    anywhere("command/sql", "' or 1=1", 0.7),
    anywhere("command/sql", "' or '1'='1", 0.7),
    anywhere("command/sql", "; drop table", 0.7),
    anywhere("command/sql", "union select", 0.5),
    anywhere("exfiltration/image", "![exfil", 0.6),
    anywhere("override/chinese", "忽略之前", 0.8),
    anywhere("override/chinese", "忽略以上", 0.8),
    anywhere("override/chinese", "忽略所有", 0.8),
    anywhere("override/chinese", "无视之前", 0.8),
    anywhere("extraction/chinese", "系统提示", 0.6),
    anywhere("override/japanese", "以前の指示を無視", 0.8),
    anywhere("override/japanese", "指示を無視", 0.8),
    anywhere("extraction/japanese", "システムプロンプト", 0.6),
    anywhere("override/korean", "이전 지시", 0.6),
    anywhere("override/korean", "지시를 무시", 0.8),
    anywhere("override/arabic", "تجاهل التعليمات", 0.8),
    anywhere("override/arabic", "تجاهل جميع", 0.8),
    anywhere("override/hindi", "निर्देशों को अनदेखा", 0.8),
    anywhere("override/hindi", "निर्देश भूल", 0.7),
    anywhere("extraction/hindi", "सिस्टम प्रॉम्प्ट", 0.6),
    anywhere("override/chinese", "忽略前面", 0.8),
    anywhere("override/chinese", "忽略上述", 0.8),
    anywhere("override/chinese", "忽略先前", 0.8),
    anywhere("override/chinese", "忘记之前的指", 0.8),
    anywhere("persona/chinese", "开发者模式", 0.5),
    anywhere("persona/chinese", "没有任何限制", 0.5),
    anywhere("extraction/chinese", "初始指令", 0.6),
    anywhere("override/japanese", "指示をすべて無視", 0.8),
    anywhere("override/japanese", "命令を無視", 0.8),
    anywhere("persona/japanese", "開発者モート", 0.5),
    anywhere("override/korean", "지침을 무시", 0.8),
    anywhere("override/korean", "명령을 무시", 0.8),
    anywhere("extraction/korean", "시스템 프롬프트", 0.6),
    anywhere("override/arabic", "تجاهل التوجيهات", 0.8),
    anywhere("override/arabic", "تجاهل كل التعليمات", 0.8),
    anywhere("override/russian", "игнорируй все предыдущие", 0.8),
    anywhere("override/russian", "забудь все предыдущие", 0.8),
    anywhere("extraction/russian", "системный промпт", 0.6),
    anywhere("override/turkish", "onceki talimatlari", 0.7),
    anywhere("override/turkish", "onceki tum talimatlari", 0.8),
    anywhere("extraction/turkish", "sistem istemi", 0.6),
    anywhere("override/indonesian", "abaikan semua instruksi", 0.8),
    anywhere("override/indonesian", "abaikan instruksi", 0.7),
    anywhere("override/vietnamese", "bo qua moi huong dan", 0.7),
    anywhere("override/bengali", "নির্দেশ উপেক্ষা", 0.8),
    anywhere("override/thai", "เพิกเฉยต่อคําสั่ง", 0.8),
    anywhere("override/polish", "zignoruj wszystkie poprzednie", 0.8),
    anywhere("delimiter/border", "system mode activated", 0.7),
    anywhere("delimiter/tag", "<system mode>", 0.7),
];
