//! JSON, written by hand: the program has no dependencies.

/// What can be written as JSON.
pub trait Json {
    /// The JSON, in one line.
    fn json(&self) -> String;
}

macro_rules! as_displayed {
    ($($type:ty)*) => {$(
        impl Json for $type {
            fn json(&self) -> String {
                self.to_string()
            }
        }
    )*};
}
as_displayed!(bool u32 u64 i64 f64);

impl Json for String {
    fn json(&self) -> String {
        let mut json = String::from('"');
        for character in self.chars() {
            match character {
                '"' | '\\' => json.extend(['\\', character]),
                control if u32::from(control) < 0x20 => json += &format!("\\u{:04x}", u32::from(control)),
                other => json.push(other),
            }
        }
        json + "\""
    }
}

impl<T: Json> Json for Vec<T> {
    fn json(&self) -> String {
        let items: Vec<String> = self.iter().map(Json::json).collect();
        format!("[{}]", items.join(","))
    }
}

impl<T: Json> Json for Option<T> {
    fn json(&self) -> String {
        self.as_ref().map_or("null".into(), Json::json)
    }
}

/// A type of which each member is written, and read if the feature `serde` is on, under its own name.
macro_rules! report {
    ($(#[$about:meta])* $name:ident { $($(#[$what:meta])* $member:ident: $type:ty,)* }) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq)]
        #[cfg_attr(feature = "serde", derive(serde::Deserialize))]
        pub struct $name {
            $($(#[$what])* pub $member: $type,)*
        }

        impl Json for $name {
            fn json(&self) -> String {
                let members = [$(format!("\"{}\":{}", stringify!($member), self.$member.json())),*];
                format!("{{{}}}", members.join(","))
            }
        }
    };
}
pub(crate) use report;

/// Serde takes a member that is missing for `None`, unless it is told how to read it.
#[cfg(feature = "serde")]
pub(crate) fn required<'de, D, T>(source: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: serde::Deserialize<'de>,
{
    serde::Deserialize::deserialize(source)
}
