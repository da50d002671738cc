//! Faults: Many at once.

use super::Mutant;

pub(super) const MUTANTS: &[Mutant] = &[
    // More than four functions wait for each other there.
    Mutant::new(
        "concurrency/four-at-a-time",
        "concurrency/parallel",
        "8 requests are inside the function at the same time",
    )
    .and(&["function/abandoned", "concurrency/slow-client"]),
    // Eight functions wait for each other there.
    Mutant::new(
        "concurrency/awaiting-one-at-a-time",
        "concurrency/parallel",
        "awaiting where that is its way",
    )
    .and(&["concurrency/slow-client"]),
    Mutant::new("concurrency/blocking-one-at-a-time", "concurrency/parallel", "blocking where it is"),
    // Fifty functions wait for each other there.
    Mutant::new(
        "concurrency/thirty-two-at-a-time",
        "concurrency/many",
        "64 requests are inside the function at the same time",
    )
    .and(&["function/abandoned"]),
    Mutant::new("concurrency/headers-of-a-neighbour", "concurrency/crosstalk", "each gets its own"),
    Mutant::new("concurrency/payload-of-a-neighbour", "concurrency/crosstalk", "each gets its own"),
    // They hold more than forty.
    Mutant::new("concurrency/forty-connections", "concurrency/slow-client", "Another client is answered")
        .and(&["function/abandoned", "concurrency/many"]),
    Mutant::new(
        "concurrency/slow-client-dropped",
        "concurrency/slow-client",
        "50 connections hold half a request",
    ),
];
