//! Instances that wait without a package, on a shelf for each image and size. One that was claimed never comes back.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::instance::Member;
use crate::state::State;

/// What instances on a shelf have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Shelf {
    pub(crate) image: String,
    /// In MiB.
    pub(crate) memory: u32,
}

/// The shelves.
#[derive(Debug, Default)]
pub(crate) struct Warm {
    shelves: Mutex<HashMap<Shelf, Waiting>>,
}

#[derive(Debug, Default)]
struct Waiting {
    members: Vec<Arc<Member>>,
    /// Those that are being started.
    coming: usize,
    /// Functions that instances of this shelf could serve; without one it is not filled.
    users: usize,
}

impl Warm {
    /// One more function has a use for this shelf.
    pub(crate) fn want(&self, shelf: &Shelf) {
        self.shelves().entry(shelf.clone()).or_default().users += 1;
    }

    /// One less. What nobody has a use for any more is returned, to be stopped.
    pub(crate) fn unwant(&self, shelf: &Shelf) -> Vec<Arc<Member>> {
        let mut shelves = self.shelves();
        let Some(waiting) = shelves.get_mut(shelf) else { return Vec::new() };
        waiting.users = waiting.users.saturating_sub(1);
        if waiting.users > 0 { Vec::new() } else { std::mem::take(&mut waiting.members) }
    }

    /// An instance that waits, now whoever's asks.
    pub(crate) fn claim(&self, shelf: &Shelf) -> Option<Arc<Member>> {
        let mut shelves = self.shelves();
        let waiting = shelves.get_mut(shelf)?;
        while let Some(member) = waiting.members.pop() {
            if member.state.go(State::Warm, State::Claimed) {
                return Some(member);
            }
        }
        None
    }

    /// How many are missing to `wanted`. Whoever asks must start them, and put each.
    pub(crate) fn missing(&self, shelf: &Shelf, wanted: usize) -> usize {
        let mut shelves = self.shelves();
        let Some(waiting) = shelves.get_mut(shelf).filter(|waiting| waiting.users > 0) else { return 0 };
        let missing = wanted.saturating_sub(waiting.members.len() + waiting.coming);
        waiting.coming += missing;
        missing
    }

    /// Puts one that was started, or tells that it could not be. One that nobody wants any more is returned.
    pub(crate) fn put(&self, shelf: &Shelf, member: Option<Arc<Member>>) -> Option<Arc<Member>> {
        let mut shelves = self.shelves();
        let Some(waiting) = shelves.get_mut(shelf) else { return member };
        waiting.coming = waiting.coming.saturating_sub(1);
        let member = member?;
        if waiting.users == 0 || !member.state.go(State::Starting, State::Warm) {
            return Some(member);
        }
        waiting.members.push(member);
        None
    }

    /// All that wait, and nothing is put any more.
    pub(crate) fn empty(&self) -> Vec<Arc<Member>> {
        self.shelves().drain().flat_map(|(_, waiting)| waiting.members).collect()
    }

    /// Each that waits, with its image.
    pub(crate) fn all(&self) -> Vec<(String, Arc<Member>)> {
        let shelves = self.shelves();
        let each = |(shelf, waiting): (&Shelf, &Waiting)| {
            waiting.members.iter().map(|member| (shelf.image.clone(), member.clone())).collect::<Vec<_>>()
        };
        shelves.iter().flat_map(each).collect()
    }

    fn shelves(&self) -> MutexGuard<'_, HashMap<Shelf, Waiting>> {
        self.shelves.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
