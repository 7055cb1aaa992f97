//! Tokens and keys of forges, clouds and services, by the prefixes that their makers gave them.

use super::{Gate, Rule, alone, whole, with_digit};
use crate::{Category, finding::Evidence};

const BASE: Rule = Rule {
    category: Category::Secret,
    accept: alone,
    evidence: Evidence::Validated,
    score: 0.99,
    reason: "A token that begins as its maker lets them begin.",
    ..Rule::BASE
};

pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "secret/jwt",
        pattern: r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?",
        gate: Gate::Any(&["eyJ"]),
        finds: &[(
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N",
        )],
        passes: &["eyJhbGciOiJIUzI1NiJ9 alone"],
        ..BASE
    },
    Rule {
        name: "secret/aws",
        pattern: r"(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}",
        gate: Gate::Any(&["AKIA", "ASIA", "AROA", "AIDA"]),
        finds: &[("key AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE")],
        passes: &["AKIA is a prefix", "akiaiosfodnn7example"],
        ..BASE
    },
    Rule {
        name: "secret/github",
        pattern: r"(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{40,255})",
        gate: Gate::Any(&["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"]),
        finds: &[(
            "ghp_0123456789abcdefghijABCDEFGHIJ012345",
            "ghp_0123456789abcdefghijABCDEFGHIJ012345",
        )],
        passes: &["ghp_short"],
        ..BASE
    },
    Rule {
        name: "secret/gitlab",
        pattern: r"gl(?:pat|dt|rt|cbt|ptt|ft|soat)-[A-Za-z0-9_-]{20,64}",
        gate: Gate::Any(&["glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glsoat-"]),
        finds: &[("glpat-0123456789abcdefABCD", "glpat-0123456789abcdefABCD")],
        passes: &["glpat-x"],
        ..BASE
    },
    Rule {
        name: "secret/slack",
        pattern: r"(?:xox[abprse]-[A-Za-z0-9-]{10,250}|xapp-[0-9]-[A-Za-z0-9-]{10,250})",
        gate: Gate::Any(&["xox", "xapp-"]),
        finds: &[("xoxb-123456789012-abcdefABCDEF", "xoxb-123456789012-abcdefABCDEF")],
        passes: &["xoxo, love"],
        ..BASE
    },
    Rule {
        name: "secret/stripe",
        pattern: r"(?:sk|rk|whsec)_(?:live|test)?_?[A-Za-z0-9]{16,247}",
        gate: Gate::Any(&["sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_"]),
        finds: &[("sk_test_4eC39HqLyjWDarjtT1zdp7dc", "sk_test_4eC39HqLyjWDarjtT1zdp7dc")],
        passes: &["risk_live_show"],
        ..BASE
    },
    Rule {
        name: "secret/model-service",
        pattern: r"sk-(?:ant-|proj-|or-)?[A-Za-z0-9_-]{20,250}",
        gate: Gate::Any(&["sk-"]),
        accept: with_digit,
        finds: &[("sk-proj-a1B2c3D4e5F6g7H8i9J0k1L2", "sk-proj-a1B2c3D4e5F6g7H8i9J0k1L2")],
        passes: &["ask-someone-who-knows-about-it", "a sk-less day"],
        ..BASE
    },
    Rule {
        name: "secret/google",
        pattern: r"(?:AIza[A-Za-z0-9_-]{35}|ya29\.[A-Za-z0-9_-]{20,1024}|GOCSPX-[A-Za-z0-9_-]{20,40})",
        gate: Gate::Any(&["AIza", "ya29.", "GOCSPX-"]),
        finds: &[(
            "AIzaSyA0123456789abcdefghijklmnopqrstuv",
            "AIzaSyA0123456789abcdefghijklmnopqrstuv",
        )],
        passes: &["AIza is short"],
        ..BASE
    },
    Rule {
        name: "secret/registry",
        pattern: r"(?:npm_[A-Za-z0-9]{36}|pypi-[A-Za-z0-9_-]{50,512}|dckr_pat_[A-Za-z0-9_-]{20,64}|hf_[A-Za-z0-9]{30,64}|SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64})",
        gate: Gate::Any(&["npm_", "pypi-", "dckr_pat_", "hf_", "SG."]),
        finds: &[
            (
                "npm_0123456789abcdefghijABCDEFGHIJ012345",
                "npm_0123456789abcdefghijABCDEFGHIJ012345",
            ),
            ("hf_abcdefghijklmnopqrstuvwxyzABCDEFGH", "hf_abcdefghijklmnopqrstuvwxyzABCDEFGH"),
        ],
        passes: &["npm_install", "see SG.1"],
        ..BASE
    },
    Rule {
        name: "secret/azure",
        pattern: r"(?i)(?:AccountKey|SharedAccessKey|sig)=(?P<v>[A-Za-z0-9+/%]{40,100}={0,2})",
        gate: Gate::Any(&["accountkey=", "sharedaccesskey=", "sig="]),
        accept: whole,
        finds: &[(
            "AccountKey=Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4==;",
            "Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4==",
        )],
        passes: &["sig=short"],
        ..BASE
    },
    Rule {
        name: "secret/services",
        pattern: r"(?:SK[0-9a-f]{32}|AC[0-9a-f]{32}|sq0(?:atp|csp)-[A-Za-z0-9_-]{22,43}|shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}|key-[0-9a-f]{32}|dop_v1_[a-f0-9]{64}|lin_api_[A-Za-z0-9]{40}|ntn_[A-Za-z0-9]{40,50}|xkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16}|rubygems_[a-f0-9]{48}|glsa_[A-Za-z0-9]{32}_[a-f0-9]{8}|hvs\.[A-Za-z0-9_-]{24,200}|AGE-SECRET-KEY-1[A-Z0-9]{58}|gsk_[A-Za-z0-9]{40,64}|r8_[A-Za-z0-9]{37}|pplx-[A-Za-z0-9]{40,64}|xai-[A-Za-z0-9]{60,90}|[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{60,80})",
        gate: Gate::Any(&[
            "SK",
            "AC",
            "sq0",
            "shp",
            "key-",
            "dop_v1_",
            "lin_api_",
            "ntn_",
            "xkeysib-",
            "rubygems_",
            "glsa_",
            "hvs.",
            "AGE-SECRET",
            "gsk_",
            "r8_",
            "pplx-",
            "xai-",
            "atlasv1",
        ]),
        finds: &[
            ("SK0123456789abcdef0123456789abcdef", "SK0123456789abcdef0123456789abcdef"),
            ("shpat_0123456789abcdef0123456789abcdef", "shpat_0123456789abcdef0123456789abcdef"),
        ],
        passes: &["SKELETON", "key-note", "AC 0123456789abcdef"],
        ..BASE
    },
    Rule {
        name: "secret/telegram",
        pattern: r"[0-9]{8,10}:AA[A-Za-z0-9_-]{33}",
        gate: Gate::Any(&[":AA"]),
        finds: &[(
            "123456789:AAabcdefghijklmnopqrstuvwxyz0123456",
            "123456789:AAabcdefghijklmnopqrstuvwxyz0123456",
        )],
        passes: &["12345678:AA", "ratio 1:AA"],
        ..BASE
    },
    Rule {
        name: "secret/hook",
        pattern: r"https://(?:hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9_/-]{20,120}|(?:[a-z]{1,12}\.)?discord(?:app)?\.com/api/webhooks/[0-9]{15,22}/[A-Za-z0-9_-]{30,100})",
        gate: Gate::Any(&["hooks.slack.com", "/api/webhooks/"]),
        reason: "The address of a hook, which lets whoever knows it post.",
        finds: &[(
            "https://hooks.slack.com/services/T00000000/B00000000/abcdefABCDEF",
            "https://hooks.slack.com/services/T00000000/B00000000/abcdefABCDEF",
        )],
        passes: &["https://hooks.slack.com/"],
        ..BASE
    },
];
