//! A panic is a bug of one run: it is told, and the other runs go on.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// What `work` returns, or what it panicked with.
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        let text = payload.downcast_ref::<String>().cloned();
        let text = text.or_else(|| payload.downcast_ref::<&str>().map(ToString::to_string));
        format!("panic: {}", text.unwrap_or_else(|| "without a message".to_string()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_message() {
        assert_eq!(guarded(|| 1), Ok(1));
        let formatted: Result<(), String> = guarded(|| panic!("slot {} is gone", 3));
        assert_eq!(formatted, Err("panic: slot 3 is gone".to_string()));
        assert_eq!(guarded::<()>(|| panic!("gone")), Err("panic: gone".to_string()));
    }
}
