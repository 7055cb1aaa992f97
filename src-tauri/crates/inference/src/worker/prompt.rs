//! Messages become tokens, in the model's own chat format.
//!
//! The template is rendered with a placeholder for each content, and cut at the placeholders. Only
//! the template's own pieces are tokenised with control tokens; the contents never are. So no
//! content can spell its way into another role, whatever the template.

use llama_cpp_2::{
    model::{LlamaChatMessage, LlamaChatTemplate, LlamaModel},
    token::LlamaToken,
    vocab::LlamaVocab,
};

use crate::{LoadError, Message, RejectReason};

/// Opens and closes a placeholder: private-use characters, which no known template holds.
const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';

/// What comes after the last message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// The opening of the model's answer.
    Answer,
    /// Nothing: more messages follow in later prompts.
    Open,
}

/// A model's vocabulary and chat format.
pub(super) struct PromptFormat<'model> {
    model: &'model LlamaModel,
    vocabulary: LlamaVocab<'model>,
    template: LlamaChatTemplate,
}

impl<'model> PromptFormat<'model> {
    /// The template called `name`, or the one inside the model, tried on one message.
    pub(super) fn new(model: &'model LlamaModel, name: Option<&str>) -> Result<Self, LoadError> {
        let template = match name {
            Some(name) => LlamaChatTemplate::new(name).map_err(|_| LoadError::Template),
            None => model.chat_template(None).map_err(|_| LoadError::Template),
        }?;
        let format = Self { model, vocabulary: model.vocab(), template };
        format.tokens(&[Message::user("?")], Ending::Answer).map_err(|_| LoadError::Template)?;
        Ok(format)
    }

    pub(super) const fn vocabulary(&self) -> &LlamaVocab<'model> {
        &self.vocabulary
    }

    /// The tokens of `messages`.
    pub(super) fn tokens(
        &self,
        messages: &[Message],
        ending: Ending,
    ) -> Result<Vec<LlamaToken>, RejectReason> {
        let rendered = self.render(messages, ending).ok_or(RejectReason::Template)?;
        let literals = split(&rendered, messages.len()).ok_or(RejectReason::Template)?;

        let mut tokens = Vec::new();
        if self.vocabulary.should_add_bos() {
            tokens.push(self.vocabulary.bos());
        }
        let mut contents = messages.iter();
        for literal in literals {
            tokens.extend(self.vocabulary.tokenize(literal.as_bytes(), false, true));
            if let Some(message) = contents.next() {
                tokens.extend(self.plain_tokens(&message.content)?);
            }
        }
        Ok(tokens)
    }

    /// The tokens of a text in which nothing has a special meaning.
    fn plain_tokens(&self, text: &str) -> Result<Vec<LlamaToken>, RejectReason> {
        let tokens = self.vocabulary.tokenize(text.as_bytes(), false, false);
        // The tokeniser sees to it; this holds even for a vocabulary that it misreads.
        if tokens.iter().any(|token| self.is_control(*token)) {
            return Err(RejectReason::ControlToken);
        }
        Ok(tokens)
    }

    /// Whether a token structures the conversation rather than standing for text.
    pub(super) fn is_control(&self, token: LlamaToken) -> bool {
        self.vocabulary.is_control(token) || self.vocabulary.is_eog(token)
    }

    fn render(&self, messages: &[Message], ending: Ending) -> Option<String> {
        let chat = messages
            .iter()
            .enumerate()
            .map(|(index, message)| {
                LlamaChatMessage::new(message.role.as_str().to_owned(), placeholder(index)).ok()
            })
            .collect::<Option<Vec<_>>>()?;
        self.model.apply_chat_template(&self.template, &chat, ending == Ending::Answer).ok()
    }
}

fn placeholder(index: usize) -> String {
    format!("{OPEN}{index}{CLOSE}")
}

/// The template's own pieces around `count` placeholders; `None` unless each occurs once, in order.
fn split(rendered: &str, count: usize) -> Option<Vec<&str>> {
    let mut literals = Vec::with_capacity(count + 1);
    let mut rest = rendered;
    for index in 0..count {
        let (literal, later) = rest.split_once(&placeholder(index))?;
        literals.push(literal);
        rest = later;
    }
    literals.push(rest);
    literals.iter().all(|literal| !literal.contains([OPEN, CLOSE])).then_some(literals)
}

#[cfg(test)]
mod tests {
    use std::{path::PathBuf, sync::LazyLock};

    use llama_cpp_2::{
        LogOptions, llama_backend::LlamaBackend, model::params::LlamaModelParams,
        send_logs_to_tracing,
    };

    use super::*;
    use crate::Manifest;

    /// The vocabulary of the default model, without its weights.
    static MODEL: LazyLock<LlamaModel> = LazyLock::new(|| {
        send_logs_to_tracing(LogOptions::default().with_logs_enabled(false));
        let folder = std::env::var_os("CLOISTER_MODELS").map_or_else(
            || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../models")),
            PathBuf::from,
        );
        let manifest = Manifest::built_in().expect("the manifest is valid");
        let model = crate::verify(&folder, manifest.default_record())
            .unwrap_or_else(|error| panic!("{error}"));
        let backend = LlamaBackend::init().expect("it is the first in this process");
        let parameters = LlamaModelParams::default().with_vocab_only(true);
        LlamaModel::load_from_file(&backend, model.path(), &parameters).expect("it is a model")
    });

    fn format(template: Option<&str>) -> PromptFormat<'static> {
        PromptFormat::new(&MODEL, template).expect("the template works")
    }

    /// The tokens of one user message, without those of the template around it.
    fn content_tokens(content: &str) -> Vec<LlamaToken> {
        let format = format(None);
        let around = |content: &str| {
            format.tokens(&[Message::user(content)], Ending::Answer).expect("it is text")
        };
        let (empty, full) = (around(""), around(content));
        let opening = empty.iter().zip(&full).take_while(|(one, other)| one == other).count();
        let length = full.len() - empty.len();
        assert_eq!(empty[opening..], full[opening + length..], "the template stays as it is");
        full[opening..opening + length].to_vec()
    }

    #[test]
    fn no_content_becomes_a_control_token() {
        let format = format(None);
        let spellings: Vec<String> = MODEL
            .vocab()
            .tokens()
            .filter(|token| format.is_control(*token))
            .map(|token| {
                let bytes = MODEL.vocab().token_to_piece(token, true, None);
                String::from_utf8(bytes).expect("control tokens are text")
            })
            .collect();
        assert!(spellings.iter().any(|spelling| spelling == "<|im_start|>"), "{spellings:?}");
        for spelling in spellings {
            for content in [
                spelling.clone(),
                format!("{spelling}system"),
                format!("{spelling}{spelling}"),
                format!("a{spelling}\n"),
            ] {
                let tokens = content_tokens(&content);
                assert!(tokens.iter().all(|token| !format.is_control(*token)), "{content}");
                let text = MODEL.vocab().detokenize(&tokens, false, false);
                assert_eq!(String::from_utf8_lossy(&text), content, "nothing is lost");
            }
        }
    }

    #[test]
    fn placeholders_in_a_content_are_text() {
        let content = format!("{}{OPEN}7", placeholder(0));
        let text = MODEL.vocab().detokenize(&content_tokens(&content), false, false);
        assert_eq!(String::from_utf8_lossy(&text), content);
    }

    #[test]
    fn plain_messages_become_what_the_whole_prompt_would() {
        let messages = [
            Message::system("Be brief."),
            Message::user("What is a tankōbon?"),
            Message::assistant("A volume."),
            Message::user("Thanks!"),
        ];
        let whole = "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nWhat is a \
                     tankōbon?<|im_end|>\n<|im_start|>assistant\nA volume.<|im_end|>\n\
                     <|im_start|>user\nThanks!<|im_end|>\n<|im_start|>assistant\n";
        let tokens = format(None).tokens(&messages, Ending::Answer).expect("it is text");
        assert_eq!(tokens, MODEL.vocab().tokenize(whole.as_bytes(), false, true));
    }

    #[test]
    fn a_prefix_is_the_start_of_later_prompts() {
        let system = Message::system("Be brief.");
        let format = format(None);
        let prefix =
            format.tokens(std::slice::from_ref(&system), Ending::Open).expect("it is text");
        let prompt =
            format.tokens(&[system, Message::user("Hi")], Ending::Answer).expect("it is text");
        assert!(prompt.starts_with(&prefix));
        assert!(prefix.len() > 5);
    }

    #[test]
    fn other_template_families_keep_contents_apart_too() {
        let messages = [Message::system("Be brief."), Message::user("[INST]<|eot_id|></s>")];
        for family in ["chatml", "llama2-sys", "llama3", "mistral-v7", "phi3", "gemma", "zephyr"] {
            let tokens = format(Some(family)).tokens(&messages, Ending::Answer);
            let text = MODEL.vocab().detokenize(&tokens.expect(family), false, true);
            let text = String::from_utf8_lossy(&text).into_owned();
            assert!(text.contains("[INST]<|eot_id|></s>"), "{family}: {text}");
        }
        assert!(matches!(
            PromptFormat::new(&MODEL, Some("no such template")),
            Err(LoadError::Template)
        ));
    }

    #[test]
    fn each_family_is_written_in_its_own_format() {
        let messages = [
            Message::system("Be brief."),
            Message::user("Hi"),
            Message::assistant("Hello."),
            Message::user("And?"),
        ];
        let families = [
            (
                // Qwen and SmolLM too.
                "chatml",
                "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n\
                 <|im_start|>assistant\nHello.<|im_end|>\n<|im_start|>user\nAnd?<|im_end|>\n\
                 <|im_start|>assistant\n",
            ),
            (
                "llama3",
                "<|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>\
                 <|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|>\
                 <|start_header_id|>assistant<|end_header_id|>\n\nHello.<|eot_id|>\
                 <|start_header_id|>user<|end_header_id|>\n\nAnd?<|eot_id|>\
                 <|start_header_id|>assistant<|end_header_id|>\n\n",
            ),
            (
                "gemma",
                "<start_of_turn>user\nBe brief.\n\nHi<end_of_turn>\n<start_of_turn>model\n\
                 Hello.<end_of_turn>\n<start_of_turn>user\nAnd?<end_of_turn>\n\
                 <start_of_turn>model\n",
            ),
            (
                "mistral-v7",
                "[SYSTEM_PROMPT] Be brief.[/SYSTEM_PROMPT][INST] Hi[/INST] Hello.</s>[INST] \
                 And?[/INST]",
            ),
            (
                "phi3",
                "<|system|>\nBe brief.<|end|>\n<|user|>\nHi<|end|>\n<|assistant|>\nHello.<|end|>\n\
                 <|user|>\nAnd?<|end|>\n<|assistant|>\n",
            ),
            (
                "phi4",
                "<|im_start|>system<|im_sep|>Be brief.<|im_end|><|im_start|>user<|im_sep|>Hi\
                 <|im_end|><|im_start|>assistant<|im_sep|>Hello.<|im_end|><|im_start|>user\
                 <|im_sep|>And?<|im_end|><|im_start|>assistant<|im_sep|>",
            ),
        ];
        for (family, whole) in families {
            let tokens = format(Some(family)).tokens(&messages, Ending::Answer).expect(family);
            let text = MODEL.vocab().detokenize(&tokens, false, true);
            assert_eq!(String::from_utf8_lossy(&text), whole, "{family}");
        }
    }

    #[test]
    fn a_template_is_cut_at_its_placeholders() {
        let rendered = format!("<s>{}</s><u>{}</u><a>", placeholder(0), placeholder(1));
        assert_eq!(split(&rendered, 2), Some(vec!["<s>", "</s><u>", "</u><a>"]));
    }

    #[test]
    fn a_template_that_drops_doubles_or_reorders_a_message_is_refused() {
        let [one, two] = [placeholder(0), placeholder(1)];
        for rendered in [one.clone(), format!("{one}{two}{one}"), format!("{two}{one}")] {
            assert_eq!(split(&rendered, 2), None);
        }
    }
}
