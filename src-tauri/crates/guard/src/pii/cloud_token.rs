//! Tokens and keys of forges, clouds and services, by the prefixes that their makers gave them.

use super::{Gate, Rule, alone, whole, with_digit};
use crate::{Category, finding::Evidence};

const BASE: Rule = Rule {
    category: Category::Secret,
    accept: alone,
    evidence: Evidence::Validated,
    score: 0.99,
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
];
