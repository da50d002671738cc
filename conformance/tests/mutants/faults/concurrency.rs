//! Faults: Many at once.

use super::Mutant;

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "concurrency/four-at-a-time",
        "concurrency/parallel",
        "8 requests are inside the function at the same time",
    )
    .and(
        "more than four functions wait for each other there",
        &["function/abandoned", "concurrency/slow-client"],
    ),
    Mutant::new(
        "concurrency/awaiting-one-at-a-time",
        "concurrency/parallel",
        "awaiting in languages that await",
    )
    .and("eight functions wait for each other there", &["concurrency/slow-client"]),
    Mutant::new("concurrency/blocking-one-at-a-time", "concurrency/parallel", "blocking in those that block"),
    Mutant::new(
        "concurrency/thirty-two-at-a-time",
        "concurrency/many",
        "64 requests are inside the function at the same time",
    )
    .and("fifty functions wait for each other there", &["function/abandoned"]),
    Mutant::new("concurrency/headers-of-a-neighbour", "concurrency/crosstalk", "each gets its own"),
    Mutant::new("concurrency/payload-of-a-neighbour", "concurrency/crosstalk", "each gets its own"),
    Mutant::new(
        "concurrency/first-ones-turned-away",
        "concurrency/first",
        "The first 16 requests come at once, and each gets its own answer",
    )
    .and("its calls are the first ones of its server too", &["concurrency/many"]),
    Mutant::new("concurrency/forty-connections", "concurrency/slow-client", "Another client is answered")
        .and("they hold more than forty", &["function/abandoned", "concurrency/many"]),
    Mutant::new(
        "concurrency/slow-client-dropped",
        "concurrency/slow-client",
        "50 connections hold half a request",
    ),
];
