//! Which state an instance is in. Every change is one compare-and-swap, so no two of them can both happen.

use std::sync::atomic::{AtomicU64, Ordering};

/// A state of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// It was asked for, and is not ready.
    Starting,
    /// It is ready and has no package: anyone's.
    Warm,
    /// It is someone's, and the package is on its way.
    Claimed,
    /// It serves, with so many calls inside.
    Ready(u32),
    /// It takes no more calls, and ends when those inside have.
    Draining(u32),
    /// It is being stopped, or gone.
    Dead,
}

impl State {
    fn pack(self) -> u64 {
        let (phase, inside) = match self {
            State::Starting => (0, 0),
            State::Warm => (1, 0),
            State::Claimed => (2, 0),
            State::Ready(inside) => (3, inside),
            State::Draining(inside) => (4, inside),
            State::Dead => (5, 0),
        };
        phase << 32 | u64::from(inside)
    }

    fn unpack(packed: u64) -> Self {
        let inside = packed as u32;
        match packed >> 32 {
            0 => State::Starting,
            1 => State::Warm,
            2 => State::Claimed,
            3 => State::Ready(inside),
            4 => State::Draining(inside),
            _ => State::Dead,
        }
    }

    /// In one word, with the calls inside.
    pub(crate) fn word(self) -> (&'static str, u32) {
        match self {
            State::Starting => ("starting", 0),
            State::Warm => ("warm", 0),
            State::Claimed => ("claimed", 0),
            State::Ready(inside) => ("ready", inside),
            State::Draining(inside) => ("draining", inside),
            State::Dead => ("dead", 0),
        }
    }
}

/// The state of one instance.
#[derive(Debug)]
pub(crate) struct Cell(AtomicU64);

impl Cell {
    pub(crate) fn new() -> Self {
        Cell(AtomicU64::new(State::Starting.pack()))
    }

    pub(crate) fn get(&self) -> State {
        State::unpack(self.0.load(Ordering::SeqCst))
    }

    /// From exactly that state to another; whether it was in it.
    pub(crate) fn go(&self, from: State, to: State) -> bool {
        self.0.compare_exchange(from.pack(), to.pack(), Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    /// One more call inside, if there is room for it.
    pub(crate) fn enter(&self, at_once: u32) -> bool {
        self.change(|state| match state {
            State::Ready(inside) if inside < at_once => Some(State::Ready(inside + 1)),
            _ => None,
        })
        .is_some()
    }

    /// One call less, and the state after it.
    pub(crate) fn leave(&self) -> State {
        let left = self.change(|state| match state {
            State::Ready(inside) => Some(State::Ready(inside.saturating_sub(1))),
            State::Draining(inside) => Some(State::Draining(inside.saturating_sub(1))),
            _ => None,
        });
        left.unwrap_or(State::Dead)
    }

    /// No more calls; those inside may end. Whether it took calls until now.
    pub(crate) fn drain(&self) -> bool {
        self.change(|state| match state {
            State::Ready(inside) => Some(State::Draining(inside)),
            _ => None,
        })
        .is_some()
    }

    /// No more calls, if none is inside. This is the only way for an idle instance to go.
    pub(crate) fn reap(&self) -> bool {
        self.go(State::Ready(0), State::Draining(0))
    }

    /// Whatever it was, it is over; whether it was not over before. Who hears `true` stops the instance.
    pub(crate) fn kill(&self) -> bool {
        State::unpack(self.0.swap(State::Dead.pack(), Ordering::SeqCst)) != State::Dead
    }

    fn change(&self, to: impl Fn(State) -> Option<State>) -> Option<State> {
        let change = |packed| to(State::unpack(packed)).map(State::pack);
        let before = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, change).ok()?;
        to(State::unpack(before))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::AtomicUsize;

    fn ready() -> Cell {
        let cell = Cell::new();
        assert!(cell.go(State::Starting, State::Ready(0)));
        cell
    }

    #[test]
    fn an_instance_takes_no_more_calls_than_it_may() {
        let cell = ready();
        assert!(cell.enter(2) && cell.enter(2));
        assert!(!cell.enter(2));
        assert_eq!(cell.leave(), State::Ready(1));
        assert!(cell.enter(2));
    }

    #[test]
    fn only_an_idle_instance_is_reaped() {
        let cell = ready();
        assert!(cell.enter(1));
        assert!(!cell.reap());
        cell.leave();
        assert!(cell.reap());
        assert!(!cell.enter(1), "it takes no more calls");
    }

    #[test]
    fn what_drains_lets_calls_end_and_takes_none() {
        let cell = ready();
        assert!(cell.enter(2) && cell.enter(2) && cell.drain());
        assert!(!cell.enter(2) && !cell.drain() && !cell.reap());
        assert_eq!(cell.leave(), State::Draining(1));
        assert_eq!(cell.leave(), State::Draining(0));
    }

    #[test]
    fn what_is_not_ready_takes_no_calls() {
        for state in [State::Starting, State::Warm, State::Claimed, State::Dead] {
            let cell = Cell(AtomicU64::new(state.pack()));
            assert_eq!(cell.get(), state);
            assert!(!cell.enter(8) && !cell.reap() && !cell.drain(), "{state:?}");
        }
    }

    #[test]
    fn an_instance_is_claimed_once_and_killed_once() {
        let cell = Cell::new();
        assert!(cell.go(State::Starting, State::Warm));
        assert!(cell.go(State::Warm, State::Claimed));
        assert!(!cell.go(State::Warm, State::Claimed));
        assert!(cell.kill());
        assert!(!cell.kill());
        assert_eq!(cell.leave(), State::Dead);
    }

    /// Callers and a reaper at once: whoever is let in finds an instance that was not reaped.
    #[test]
    fn a_reaper_and_callers_never_both_win() {
        for _ in 0..200 {
            let (cell, inside) = (Arc::new(ready()), Arc::new(AtomicUsize::new(0)));
            let callers: Vec<_> = (0..4)
                .map(|_| {
                    let (cell, inside) = (cell.clone(), inside.clone());
                    std::thread::spawn(move || {
                        for _ in 0..50 {
                            if cell.enter(1) {
                                assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                                assert_eq!(cell.get(), State::Ready(1), "reaped with a call inside");
                                inside.fetch_sub(1, Ordering::SeqCst);
                                cell.leave();
                            }
                        }
                    })
                })
                .collect();
            let reaped = (0..50).any(|_| cell.reap());
            callers.into_iter().for_each(|caller| caller.join().expect("it ends"));
            assert_eq!(reaped, cell.get() == State::Draining(0));
        }
    }
}
