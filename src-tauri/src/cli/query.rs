//! The part of an address behind the question mark.

use serde::Serialize;
use serde_json::Value;

use super::Failure;

/// `wanted` as parameters, with the question mark before them; nothing where there is none.
pub(crate) fn query(wanted: &impl Serialize) -> Result<String, Failure> {
    let value = serde_json::to_value(wanted).map_err(std::io::Error::from)?;
    let parameters = value.as_object().into_iter().flatten().filter_map(|(name, value)| {
        let text = match value {
            Value::Null => return None,
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        Some(format!("{name}={}", escaped(&text)))
    });
    let parameters: Vec<String> = parameters.collect();
    Ok(if parameters.is_empty() { String::new() } else { format!("?{}", parameters.join("&")) })
}

/// Percent-encoded but for what RFC 3986 leaves unreserved.
pub(crate) fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parameters_are_escaped_and_missing_ones_left_out() {
        let wanted = json!({ "at": "2026-01-31T08:00:00+01:00", "limit": 5, "none": null });
        let written = query(&wanted).expect("serialises");
        assert_eq!(written, "?at=2026-01-31T08%3A00%3A00%2B01%3A00&limit=5");
        assert_eq!(query(&json!({})).expect("serialises"), "");
    }
}
