//! How slow the machine is said to be.

/// What scales the budgets of checks that measure time, for machines that are slow and known to be.
pub const TIME_SCALE: &str = "CONFORMANCE_TIME_SCALE";
/// The time scale: 1 without the variable.
///
/// # Errors
/// It is not a positive number.
pub(super) fn time_scale() -> Result<f64, String> {
    let Ok(text) = std::env::var(TIME_SCALE) else { return Ok(1.0) };
    let scale = text.parse().ok().filter(|scale: &f64| scale.is_finite() && *scale > 0.0);
    scale.ok_or_else(|| format!("{TIME_SCALE}={text:?}: a positive number is needed, such as 2"))
}
