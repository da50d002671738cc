//! What a requirement asks, in one sentence with its clauses marked in place.

use std::fmt;

/// The sentence of a requirement. The clauses that can be broken each by itself are in brackets, which may be
/// in each other: `[SIGTERM when idle]: [exit code 0] [within 5 s]`. It is shown without the brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sentence(&'static str);

impl Sentence {
    pub(super) const fn new(marked: &'static str) -> Self {
        Sentence(marked)
    }

    /// The clauses, word for word, in the order in which they end. A test holds that each has a broken server that
    /// breaks it.
    ///
    /// # Panics
    /// A bracket has no partner, which a test holds against every requirement.
    pub fn clauses(self) -> Vec<String> {
        let (mut open, mut clauses) = (Vec::new(), Vec::new());
        let mut plain = String::new();
        for c in self.0.chars() {
            match c {
                '[' => open.push(plain.len()),
                ']' => {
                    let start = open.pop().expect("a closing bracket has an opening one");
                    clauses.push(plain[start..].to_string());
                }
                c => plain.push(c),
            }
        }
        assert!(open.is_empty(), "a bracket is not closed: {}", self.0);
        clauses
    }
}

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.split(['[', ']']).try_for_each(|piece| f.write_str(piece))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_stand_in_the_sentence_also_in_each_other() {
        let sentence = Sentence::new("It [shows [a message]] and [ends], always.");
        assert_eq!(sentence.to_string(), "It shows a message and ends, always.");
        assert_eq!(sentence.clauses(), ["a message", "shows a message", "ends"]);
    }

    #[test]
    #[should_panic(expected = "is not closed")]
    fn a_bracket_that_is_not_closed_is_noticed() {
        Sentence::new("[It ends.").clauses();
    }
}
