//! The smallest set of anchors that verifies every server.
//!
//! In: for each server the anchors that verify it, best first. Out: few anchors, each with the
//! servers that need it. A set cover is hard to make smallest (it is NP-complete), so this is a
//! greedy choice without the anchors that later choices made redundant. Up to a number of anchors
//! at which trying all sets is cheap, the answer is exact.

use std::collections::{BTreeMap, BTreeSet};

/// Up to so many anchors all sets of them are tried: 2^16 sets are a matter of milliseconds.
const TRY_ALL: usize = 16;

/// A set of anchors that covers every server that any anchor verifies.
///
/// `servers` has for each server the anchors that verify it, the preferred one first. Equally small sets
/// are ordered by how many servers get their preferred anchor, then by the anchors themselves, so
/// that the answer is the same every time. A server without anchors is left out.
#[must_use]
pub fn smallest<A: Clone + Ord>(servers: &[Vec<A>]) -> Vec<A> {
    let coverable: BTreeSet<Vec<A>> =
        servers.iter().filter(|server| !server.is_empty()).cloned().collect();
    let mut preferred: BTreeMap<&A, usize> = BTreeMap::new();
    for first in servers.iter().filter_map(|server| server.first()) {
        *preferred.entry(first).or_default() += 1;
    }
    let anchors: Vec<&A> =
        coverable.iter().flatten().collect::<BTreeSet<_>>().into_iter().collect();
    let chosen = if anchors.len() <= TRY_ALL {
        exact(&coverable, &anchors, &preferred)
    } else {
        greedy(&coverable, &anchors, &preferred)
    };
    chosen.into_iter().cloned().collect()
}

fn exact<'a, A: Ord>(
    servers: &BTreeSet<Vec<A>>,
    anchors: &[&'a A],
    preferred: &BTreeMap<&A, usize>,
) -> Vec<&'a A> {
    let masks: Vec<u32> = servers
        .iter()
        .map(|server| {
            let covers = |index: &usize| server.contains(anchors[*index]);
            (0..anchors.len()).filter(covers).fold(0, |mask, index| mask | 1 << index)
        })
        .collect();
    let members = |set: u32| (0..anchors.len()).filter(move |index| set & (1 << index) != 0);
    let liked = |set: u32| -> usize {
        members(set).map(|index| preferred.get(anchors[index]).copied().unwrap_or(0)).sum()
    };
    let best = (0..1_u32 << anchors.len())
        .filter(|set| masks.iter().all(|server| server & set != 0))
        .min_by_key(|set| (set.count_ones(), usize::MAX - liked(*set), *set))
        .unwrap_or(0);
    members(best).map(|index| anchors[index]).collect()
}

fn greedy<'a, A: Ord>(
    servers: &BTreeSet<Vec<A>>,
    anchors: &[&'a A],
    preferred: &BTreeMap<&A, usize>,
) -> Vec<&'a A> {
    let mut uncovered: Vec<&Vec<A>> = servers.iter().collect();
    let mut chosen: Vec<&'a A> = Vec::new();
    while !uncovered.is_empty() {
        let covers = |anchor: &A| uncovered.iter().filter(|server| server.contains(anchor)).count();
        let liked = |anchor: &A| preferred.get(anchor).copied().unwrap_or(0);
        // `max_by_key` takes the last of equals; reversed, that is the first by order.
        let Some(best) =
            anchors.iter().rev().max_by_key(|anchor| (covers(anchor), liked(anchor))).copied()
        else {
            break;
        };
        uncovered.retain(|server| !server.contains(best));
        chosen.push(best);
    }
    // A later choice may cover all servers of an earlier one.
    for index in (0..chosen.len()).rev() {
        let others = |server: &Vec<A>| {
            chosen
                .iter()
                .enumerate()
                .any(|(other, anchor)| other != index && server.contains(anchor))
        };
        if servers.iter().all(others) {
            chosen.remove(index);
        }
    }
    chosen.sort();
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cover(servers: &[&[u32]]) -> Vec<u32> {
        smallest(&servers.iter().map(|server| server.to_vec()).collect::<Vec<_>>())
    }

    #[test]
    fn one_anchor_that_opens_all_is_enough() {
        assert_eq!(cover(&[&[1, 9], &[2, 9], &[3, 9]]), [9]);
    }

    #[test]
    fn the_greedy_choice_is_not_taken_where_a_smaller_set_exists() {
        // Greedy takes 9, which covers four of six, then 3 and 4, which two servers prefer to 11
        // and 12, and none of the three is redundant; 11 and 12 cover all. The anchors from 21 on
        // keep servers apart that would be one to the search.
        let servers: [&[u32]; 6] =
            [&[9, 11], &[9, 11, 21], &[9, 12], &[9, 12, 22], &[3, 11], &[4, 12]];
        assert_eq!(cover(&servers), [11, 12]);

        let servers: BTreeSet<Vec<u32>> = servers.iter().map(|server| server.to_vec()).collect();
        let anchors: BTreeSet<&u32> = servers.iter().flatten().collect();
        let anchors: Vec<&u32> = anchors.into_iter().collect();
        let preferred = BTreeMap::from([(&9, 4), (&3, 1), (&4, 1)]);
        assert_eq!(greedy(&servers, &anchors, &preferred), [&3, &4, &9]);
    }

    #[test]
    fn among_equally_small_sets_the_preferred_anchors_win() {
        assert_eq!(cover(&[&[7, 3], &[7, 3]]), [7]);
        assert_eq!(cover(&[&[3, 7], &[3, 7]]), [3]);
    }

    #[test]
    fn servers_that_no_anchor_verifies_need_no_anchor() {
        assert_eq!(cover(&[&[], &[]]), Vec::<u32>::new());
        assert_eq!(cover(&[]), Vec::<u32>::new());
    }

    #[test]
    fn many_anchors_are_covered_without_needless_ones() {
        let servers: Vec<Vec<u32>> =
            (0..40).map(|server| vec![server, 100 + server / 10]).collect();
        assert_eq!(smallest(&servers), [100, 101, 102, 103]);
    }
}
