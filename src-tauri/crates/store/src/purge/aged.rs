//! The tables whose rows end a period after they were written. Another one is one more line.

use crate::RetentionClass;

/// A table of a class. Bound to its statements: what is older than `?1` goes, holds count at `?2`,
/// up to `?3` rows.
pub(super) struct AgedTable {
    /// The class whose period it follows.
    pub(super) class: RetentionClass,
    pub(super) delete: &'static str,
    pub(super) count: &'static str,
}

/// Which rows are due. A hold names a person, a class, or both; the person is known where the table
/// has a pseudonym.
macro_rules! due {
    ($table:literal, $column:literal, $class:literal, $person:literal) => {
        concat!(
            " FROM ",
            $table,
            " WHERE ",
            $column,
            " < ?1 \
             AND NOT EXISTS (SELECT 1 FROM legal_hold WHERE pseudonym IS NULL AND class = '",
            $class,
            "' AND released_at IS NULL AND until > ?2) \
             AND (",
            $person,
            " IS NULL OR ",
            $person,
            " NOT IN \
             (SELECT pseudonym FROM legal_hold WHERE pseudonym IS NOT NULL \
              AND (class IS NULL OR class = '",
            $class,
            "') \
              AND released_at IS NULL AND until > ?2))"
        )
    };
}

macro_rules! aged {
    ($class:ident, $name:literal, $table:literal, $column:literal, $person:literal) => {
        AgedTable {
            class: RetentionClass::$class,
            delete: concat!(
                "DELETE FROM ",
                $table,
                " WHERE rowid IN (SELECT rowid",
                due!($table, $column, $name, $person),
                " LIMIT ?3)"
            ),
            count: concat!("SELECT count(*)", due!($table, $column, $name, $person)),
        }
    };
}

/// Every such table but those of conversations and of the audit log, which have rules of their own.
pub(super) const AGED: &[AgedTable] = &[
    aged!(MessageLog, "message_log", "message_log", "at", "pseudonym"),
    aged!(AnalyticsEvent, "analytics_event", "analytics_event", "at", "pseudonym"),
    aged!(AccessLog, "access_log", "access_log", "at", "pseudonym"),
    aged!(AccessLog, "access_log", "message_log_read", "at", "pseudonym"),
    aged!(ErrorLog, "error_log", "error_log", "at", "pseudonym"),
    aged!(Feedback, "feedback", "feedback", "at", "pseudonym"),
    aged!(SecurityEvent, "security_event", "security_event", "at", "pseudonym"),
    aged!(SecurityEvent, "security_event", "alert", "at", "pseudonym"),
    aged!(SecurityEvent, "security_event", "log_access", "asked_at", "asked_by"),
    aged!(ConsentRecord, "consent_record", "consent", "ended_at", "NULL"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_names_the_class_that_it_belongs_to() {
        for table in AGED {
            let class = format!("class = '{}'", table.class);
            assert_eq!(table.delete.matches(&class).count(), 2, "{}", table.delete);
        }
    }
}
