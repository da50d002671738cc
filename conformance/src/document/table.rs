//! Tables of Markdown.

/// A table with this head. An empty cell is `| |`.
pub(super) fn markdown<const N: usize>(
    head: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let row = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let head = row(&head.map(String::from)).replace("|  |", "| |");
    rows.into_iter()
        .fold(head + &"|---".repeat(N) + "|\n", |table, cells| table + &row(&cells).replace("|  |", "| |"))
}
