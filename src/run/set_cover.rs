//! The smallest set of anchors that opens all doors.
//!
//! In: for each door the anchors that would open it, best first. Out: few anchors, each with the
//! doors that need it. A set cover is hard to make smallest (it is NP-complete), so the greedy
//! choice is taken, and then what the later choices made needless is dropped; up to a number of
//! anchors at which trying all sets is cheap, the answer is the smallest there is.

use std::collections::{BTreeMap, BTreeSet};

/// Up to so many anchors all sets of them are tried: 2^16 sets are a matter of milliseconds.
const TRY_ALL: usize = 16;

/// A set of anchors that opens every door which any anchor opens.
///
/// `doors` has for each door the anchors that open it, the preferred one first. Equally small sets
/// are ordered by how many doors get their preferred anchor, then by the anchors themselves, so
/// that the answer is the same every time. A door without anchors is left out.
#[must_use]
pub fn smallest<A: Clone + Ord>(doors: &[Vec<A>]) -> Vec<A> {
    let openable: BTreeSet<Vec<A>> =
        doors.iter().filter(|door| !door.is_empty()).cloned().collect();
    let mut preferred: BTreeMap<&A, usize> = BTreeMap::new();
    for first in doors.iter().filter_map(|door| door.first()) {
        *preferred.entry(first).or_default() += 1;
    }
    let anchors: Vec<&A> = openable.iter().flatten().collect::<BTreeSet<_>>().into_iter().collect();
    let chosen = if anchors.len() <= TRY_ALL {
        exact(&openable, &anchors, &preferred)
    } else {
        greedy(&openable, &anchors, &preferred)
    };
    chosen.into_iter().cloned().collect()
}

fn exact<'a, A: Ord>(
    doors: &BTreeSet<Vec<A>>,
    anchors: &[&'a A],
    preferred: &BTreeMap<&A, usize>,
) -> Vec<&'a A> {
    let masks: Vec<u32> = doors
        .iter()
        .map(|door| {
            let opens = |index: &usize| door.contains(anchors[*index]);
            (0..anchors.len()).filter(opens).fold(0, |mask, index| mask | 1 << index)
        })
        .collect();
    let members = |set: u32| (0..anchors.len()).filter(move |index| set & (1 << index) != 0);
    let liked = |set: u32| -> usize {
        members(set).map(|index| preferred.get(anchors[index]).copied().unwrap_or(0)).sum()
    };
    let best = (0..1_u32 << anchors.len())
        .filter(|set| masks.iter().all(|door| door & set != 0))
        .min_by_key(|set| (set.count_ones(), usize::MAX - liked(*set), *set))
        .unwrap_or(0);
    members(best).map(|index| anchors[index]).collect()
}

fn greedy<'a, A: Ord>(
    doors: &BTreeSet<Vec<A>>,
    anchors: &[&'a A],
    preferred: &BTreeMap<&A, usize>,
) -> Vec<&'a A> {
    let mut closed: Vec<&Vec<A>> = doors.iter().collect();
    let mut chosen: Vec<&'a A> = Vec::new();
    while !closed.is_empty() {
        let opens = |anchor: &A| closed.iter().filter(|door| door.contains(anchor)).count();
        let liked = |anchor: &A| preferred.get(anchor).copied().unwrap_or(0);
        // `max_by_key` takes the last of equals; reversed, that is the first by order.
        let Some(best) =
            anchors.iter().rev().max_by_key(|anchor| (opens(anchor), liked(anchor))).copied()
        else {
            break;
        };
        closed.retain(|door| !door.contains(best));
        chosen.push(best);
    }
    // A later choice may open all doors of an earlier one.
    for index in (0..chosen.len()).rev() {
        let others = |door: &Vec<A>| {
            chosen.iter().enumerate().any(|(other, anchor)| other != index && door.contains(anchor))
        };
        if doors.iter().all(others) {
            chosen.remove(index);
        }
    }
    chosen.sort();
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cover(doors: &[&[u32]]) -> Vec<u32> {
        smallest(&doors.iter().map(|door| door.to_vec()).collect::<Vec<_>>())
    }

    #[test]
    fn one_anchor_that_opens_all_is_enough() {
        assert_eq!(cover(&[&[1, 9], &[2, 9], &[3, 9]]), [9]);
    }

    #[test]
    fn the_greedy_choice_is_not_taken_where_a_smaller_set_exists() {
        // Greedy takes 9, which opens four of six, then 3 and 4, which two doors prefer to 11 and
        // 12, and none of the three is needless; 11 and 12 open all. The anchors from 21 on keep
        // doors apart that would be one to the search.
        let doors: [&[u32]; 6] =
            [&[9, 11], &[9, 11, 21], &[9, 12], &[9, 12, 22], &[3, 11], &[4, 12]];
        assert_eq!(cover(&doors), [11, 12]);

        let doors: BTreeSet<Vec<u32>> = doors.iter().map(|door| door.to_vec()).collect();
        let anchors: BTreeSet<&u32> = doors.iter().flatten().collect();
        let anchors: Vec<&u32> = anchors.into_iter().collect();
        let preferred = BTreeMap::from([(&9, 4), (&3, 1), (&4, 1)]);
        assert_eq!(greedy(&doors, &anchors, &preferred), [&3, &4, &9]);
    }

    #[test]
    fn among_equally_small_sets_the_preferred_anchors_win() {
        assert_eq!(cover(&[&[7, 3], &[7, 3]]), [7]);
        assert_eq!(cover(&[&[3, 7], &[3, 7]]), [3]);
    }

    #[test]
    fn doors_that_nothing_opens_ask_for_nothing() {
        assert_eq!(cover(&[&[], &[]]), Vec::<u32>::new());
        assert_eq!(cover(&[]), Vec::<u32>::new());
    }

    #[test]
    fn many_anchors_are_covered_without_needless_ones() {
        let doors: Vec<Vec<u32>> = (0..40).map(|door| vec![door, 100 + door / 10]).collect();
        assert_eq!(smallest(&doors), [100, 101, 102, 103]);
    }
}
