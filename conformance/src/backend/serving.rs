//! The second image of a version that is a pair.

/// The image of a pair that serves. The other builds, and is larger by what building needs.
#[derive(Clone, Debug)]
pub struct Serving {
    /// The image to check.
    pub image: String,
    /// The target of the Dockerfile that makes it, which its tag ends with.
    pub target: String,
    /// Programs that the image which builds has on its `PATH`, and this one has not.
    pub lacks: Vec<String>,
}
