//! Bounds on how fast a crowd can be taken in.

use crate::units::{BitRate, Span, math};

/// The least time in which a system under admission control grows from `from` to `to` viewers, a
/// newcomer being useful after `boot`: `T_b log_g((N + s) / (N_0 + s))` with `g = u / r` and
/// `s = u_s / (u - r)`. `None` when the mean uplink does not exceed the rate, or nobody can be fed.
///
/// Source: recurrence `N_(k+1) <= g N_k + u_s / r`; logarithmic in the crowd as in Chen, Li, Li et
/// al., "Performance Modeling and Evaluation of Peer-to-Peer Live Streaming Systems Under Flash
/// Crowds", IEEE/ACM ToN 2014.
#[must_use]
pub fn crowd_growth_time_min(
    boot: Span,
    (from, to): (u64, u64),
    server: BitRate,
    mean_uplink: BitRate,
    rate: BitRate,
) -> Option<Span> {
    if mean_uplink <= rate || rate == BitRate::ZERO || server == BitRate::ZERO && from == 0 {
        return None;
    }
    let gain = mean_uplink.as_f64() / rate.as_f64();
    let shift = server.as_f64() / (mean_uplink - rate).as_f64();
    let growth = (to.max(from) as f64 + shift) / (from as f64 + shift);
    Some(boot.mul_f64(math::ln(growth) / math::ln(gain)))
}

/// The largest audience when viewers upload less than they watch: `u_s / (r - u)`, rounded down.
/// `None` when the mean uplink reaches the rate, so that there is no ceiling.
///
/// Source: fixed point of the recurrence of [`crowd_growth_time_min`].
#[must_use]
pub fn crowd_ceiling(server: BitRate, mean_uplink: BitRate, rate: BitRate) -> Option<u64> {
    server.as_bps().checked_div((rate - mean_uplink).as_bps())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crowd_of_a_million_takes_a_logarithm_of_its_size() {
        let rate = BitRate::from_kbps(1_000);
        let server = rate * 10_000;
        let boot = Span::from_secs(10);
        let cases = [(1_100, 179.0), (1_250, 90.0), (1_500, 53.0), (2_000, 32.0), (3_000, 21.0)];
        for (uplink, seconds) in cases {
            let uplink = BitRate::from_kbps(uplink);
            let time =
                crowd_growth_time_min(boot, (100_000, 1_000_000), server, uplink, rate).unwrap();
            assert!((time.as_secs_f64() - seconds).abs() < 0.5, "{uplink}: {time:?}");
        }
    }

    #[test]
    fn without_spare_uplink_there_is_a_ceiling_instead() {
        let rate = BitRate::from_kbps(1_000);
        let server = rate * 100;
        let poor = BitRate::from_kbps(800);
        let boot = Span::from_secs(10);
        assert_eq!(crowd_growth_time_min(boot, (1, 9), server, poor, rate), None);
        assert_eq!(crowd_ceiling(server, poor, rate), Some(500));
        assert_eq!(crowd_ceiling(server, rate, rate), None);
    }

    #[test]
    fn nobody_to_start_from_and_no_server_never_grows() {
        let (rate, uplink) = (BitRate::from_kbps(1), BitRate::from_kbps(2));
        let boot = Span::from_secs(1);
        assert_eq!(crowd_growth_time_min(boot, (0, 9), BitRate::ZERO, uplink, rate), None);
        assert_eq!(
            crowd_growth_time_min(boot, (9, 3), rate, uplink, rate),
            Some(Span::ZERO),
            "already there"
        );
    }
}
