//! Text that functions and builds printed, on a terminal.

/// The same with each control character spelt out, so that it moves no cursor and changes no colour. A tab stays.
pub(crate) fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        // Some characters change the direction of what is around them.
        let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if (c.is_control() && c != '\t') || turns { shown.extend(c.escape_unicode()) } else { shown.push(c) }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_act_on_a_terminal_is_spelt_out() {
        assert_eq!(escaped("a\tb é 🦀"), "a\tb é 🦀");
        assert_eq!(escaped("\x1b[2J\r\x07\u{9b}31m\u{202e}x"), r"\u{1b}[2J\u{d}\u{7}\u{9b}31m\u{202e}x");
    }
}
