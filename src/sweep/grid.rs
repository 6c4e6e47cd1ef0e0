//! The points of a grid: axes cross each other, and those that go in step move together.

use crate::scenario::Axis;

/// Every combination of the axes' values, one value an axis in their order; the last axis that
/// crosses others changes fastest. No axes are one point.
#[must_use]
pub fn points(axes: &[Axis]) -> Vec<Vec<String>> {
    let leaders: Vec<usize> = axes.iter().map(|axis| leader(axes, axis)).collect();
    let mut choices = vec![vec![0; axes.len()]];
    for (number, axis) in axes.iter().enumerate().filter(|(number, _)| leaders[*number] == *number)
    {
        let crossed = choices.into_iter().flat_map(|choice| {
            (0..axis.values.len()).map(move |value| {
                let mut next = choice.clone();
                next[number] = value;
                next
            })
        });
        choices = crossed.collect();
    }
    let value = |choice: &[usize], number: usize| {
        let axis: &Axis = &axes[number];
        axis.values.get(choice[leaders[number]]).cloned().unwrap_or_default()
    };
    choices.iter().map(|choice| (0..axes.len()).map(|n| value(choice, n)).collect()).collect()
}

/// The number of the axis whose steps this one follows; its own when it follows none.
fn leader(axes: &[Axis], axis: &Axis) -> usize {
    let place = |key: &str| axes.iter().position(|other| other.key == key).unwrap_or(0);
    match &axis.with {
        // An axis names an earlier one, so this ends.
        Some(with) if *with != axis.key => leader(axes, &axes[place(with)]),
        _ => place(&axis.key),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(key: &str, values: &[&str], with: Option<&str>) -> Axis {
        let values = values.iter().map(ToString::to_string).collect();
        Axis { key: key.to_string(), values, with: with.map(str::to_string) }
    }

    #[test]
    fn axes_cross_and_the_last_changes_fastest() {
        let axes = [axis("a", &["1", "2"], None), axis("b", &["x", "y", "z"], None)];
        let found: Vec<String> = points(&axes).iter().map(|point| point.concat()).collect();
        assert_eq!(found, ["1x", "1y", "1z", "2x", "2y", "2z"]);
        assert_eq!(points(&[]), [Vec::<String>::new()]);
    }

    #[test]
    fn an_axis_in_step_makes_no_more_points() {
        let axes = [
            axis("a", &["1", "2"], None),
            axis("b", &["x", "y"], None),
            axis("c", &["p", "q"], Some("a")),
            axis("d", &["P", "Q"], Some("c")),
        ];
        let found: Vec<String> = points(&axes).iter().map(|point| point.concat()).collect();
        assert_eq!(found, ["1xpP", "1ypP", "2xqQ", "2yqQ"]);
    }
}
