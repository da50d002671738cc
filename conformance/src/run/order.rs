//! In which order checks begin, and whether they share a server: so that none leans on what another left behind.

use std::hash::{DefaultHasher, Hash, Hasher};

/// Gives every check a server of its own, if it is set and not empty.
pub const ALONE: &str = "CONFORMANCE_ALONE";
/// Shuffles the checks: a seed, or `any` for a new one.
pub const SHUFFLE: &str = "CONFORMANCE_SHUFFLE";

/// In which order checks begin, and whether they share a server. The default: as the contract lists them, sharing one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// Whether each check has a server of its own, also those that share one otherwise.
    pub alone: bool,
    /// What shuffles the order, the same way each time; `None` leaves it as it is.
    pub seed: Option<u32>,
}

impl Order {
    /// As the environment asks.
    ///
    /// # Errors
    /// [`SHUFFLE`] is neither a number nor `any`.
    pub fn from_environment() -> Result<Self, String> {
        let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        Order::asked(set(ALONE).is_some(), set(SHUFFLE).as_deref())
    }

    /// As asked for: `shuffle` is a seed, or `any` for a new one.
    ///
    /// # Errors
    /// It is neither.
    pub fn asked(alone: bool, shuffle: Option<&str>) -> Result<Self, String> {
        let seed = match shuffle {
            None => None,
            Some("any") => Some(rand::random()),
            Some(seed) => Some(seed.parse().map_err(|_| {
                format!(
                    "{seed:?} is not a seed: a number below 2^32 is needed, as an earlier run printed it, or `any`"
                )
            })?),
        };
        Ok(Order { alone, seed })
    }

    /// What a reader of the run needs to have the same again; nothing for the default.
    pub fn told(self) -> Option<String> {
        let alone = self.alone.then(|| "each check has a server of its own".to_string());
        let shuffled = self.seed.map(|seed| {
            format!(
                "shuffled; for the same order again: --shuffle={seed}, or {SHUFFLE}={seed} with cargo test"
            )
        });
        let told: Vec<String> = alone.into_iter().chain(shuffled).collect();
        (!told.is_empty()).then(|| told.join("; "))
    }

    /// Puts items in order by their names. Two of them stand in the same order whichever others are there, so a seed
    /// that showed something also shows it with fewer checks.
    pub fn arrange<T>(self, items: &mut [T], name: impl Fn(&T) -> String) {
        let Some(seed) = self.seed else { return };
        items.sort_by_cached_key(|item| {
            let mut hasher = DefaultHasher::new();
            (seed, name(item)).hash(&mut hasher);
            hasher.finish()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shuffled(seed: u32, count: u32) -> Vec<u32> {
        let mut items: Vec<u32> = (0..count).collect();
        Order { alone: false, seed: Some(seed) }.arrange(&mut items, u32::to_string);
        items
    }

    #[test]
    fn a_seed_gives_one_order_and_another_seed_another() {
        let mut sorted = shuffled(7, 100);
        assert_eq!(sorted, shuffled(7, 100));
        assert_ne!(sorted, shuffled(8, 100));
        sorted.sort_unstable();
        assert_eq!(sorted, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn fewer_items_stand_in_the_same_order() {
        let fewer: Vec<u32> = shuffled(7, 100).into_iter().filter(|item| *item < 10).collect();
        assert_eq!(fewer, shuffled(7, 10));
    }

    #[test]
    fn without_a_seed_nothing_moves() {
        let mut items = [3, 1, 2];
        Order::default().arrange(&mut items, i32::to_string);
        assert_eq!((items, Order::default().told()), ([3, 1, 2], None));
    }

    #[test]
    fn what_is_told_leads_to_the_same_order_again() {
        let order = Order::asked(true, Some("any")).expect("any seed");
        let told = order.told().expect("something is told");
        let (_, rest) = told.split_once("--shuffle=").expect("the seed is told");
        let seed: String = rest.chars().take_while(char::is_ascii_digit).collect();
        assert_eq!(Order::asked(true, Some(&seed)), Ok(order));
    }

    #[test]
    fn what_is_no_seed_is_refused() {
        for seed in ["-1", "x", "", "4294967296"] {
            let why = Order::asked(false, Some(seed)).expect_err(seed);
            assert!(why.contains("is not a seed"), "{why}");
        }
    }
}
