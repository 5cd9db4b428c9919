//! The smallest set of anchors that verifies every server.
//!
//! In: for each server the anchors that verify it, best first. Out: few anchors, each with the servers
//! that need it. Finding the smallest set cover is NP-hard, so this is a greedy choice without the
//! anchors that later choices made redundant. For few anchors all sets are tried, and the answer is
//! exact.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap},
};

/// Up to this many anchors, all sets of them are tried: 2^16 sets take milliseconds.
const TRY_ALL: usize = 16;

/// A set of anchors that covers every server that any anchor verifies.
///
/// `servers` has for each server the anchors that verify it, the preferred one first. Equally small sets
/// are ordered by how many servers get their preferred anchor, then by the anchors themselves, so the
/// answer is always the same. A server without anchors is left out.
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
    let mut masks: Vec<u32> = servers
        .iter()
        .map(|server| {
            let covers = |index: &usize| server.contains(anchors[*index]);
            (0..anchors.len()).filter(covers).fold(0, |mask, index| mask | 1 << index)
        })
        .collect();
    // A set that covers some anchors of a server covers every server that has these and more.
    masks.sort_unstable_by_key(|mask| (mask.count_ones(), *mask));
    let mut smallest: Vec<u32> = Vec::new();
    for mask in masks {
        if smallest.iter().all(|known| known & mask != *known) {
            smallest.push(mask);
        }
    }
    let members = |set: u32| (0..anchors.len()).filter(move |index| set & (1 << index) != 0);
    let liked = |set: u32| -> usize {
        members(set).map(|index| preferred.get(anchors[index]).copied().unwrap_or(0)).sum()
    };
    let best = (0..1_u32 << anchors.len())
        .filter(|set| smallest.iter().all(|server| server & set != 0))
        .min_by_key(|set| (set.count_ones(), usize::MAX - liked(*set), *set))
        .unwrap_or(0);
    members(best).map(|index| anchors[index]).collect()
}

fn greedy<'a, A: Ord>(
    servers: &BTreeSet<Vec<A>>,
    anchors: &[&'a A],
    preferred: &BTreeMap<&A, usize>,
) -> Vec<&'a A> {
    let of_server: Vec<BTreeSet<usize>> =
        servers.iter().map(|one| positions(one, anchors)).collect();
    let mut of_anchor: Vec<Vec<usize>> = vec![Vec::new(); anchors.len()];
    for (server, all) in of_server.iter().enumerate() {
        all.iter().for_each(|anchor| of_anchor[*anchor].push(server));
    }
    let mut covered_by = vec![0_usize; of_server.len()];
    let mut chosen = choose(&of_server, &of_anchor, &mut covered_by, |anchor| {
        preferred.get(anchors[anchor]).copied().unwrap_or(0)
    });
    // A later choice may cover all servers of an earlier one.
    for index in (0..chosen.len()).rev() {
        let own = &of_anchor[chosen[index]];
        if own.iter().all(|server| covered_by[*server] > 1) {
            own.iter().for_each(|server| covered_by[*server] -= 1);
            chosen.remove(index);
        }
    }
    chosen.sort_unstable();
    chosen.into_iter().map(|anchor| anchors[anchor]).collect()
}

/// The positions of the anchors of `server` among all, which are sorted.
fn positions<A: Ord>(server: &[A], anchors: &[&A]) -> BTreeSet<usize> {
    server.iter().filter_map(|anchor| anchors.binary_search(&anchor).ok()).collect()
}

/// Anchors that cover all servers: each time the one that covers most of the remaining ones, then the
/// one that is `liked` most, then the first. Counts in `covered_by` how many cover each server.
fn choose(
    of_server: &[BTreeSet<usize>],
    of_anchor: &[Vec<usize>],
    covered_by: &mut [usize],
    liked: impl Fn(usize) -> usize,
) -> Vec<usize> {
    let mut left: Vec<usize> = of_anchor.iter().map(Vec::len).collect();
    let entry = |anchor: usize, left: &[usize]| (left[anchor], liked(anchor), Reverse(anchor));
    // An entry may be outdated, from when more servers remained; it is then pushed again with its
    // current count.
    let mut best: BinaryHeap<_> = (0..left.len()).map(|anchor| entry(anchor, &left)).collect();
    let mut chosen = Vec::new();
    while let Some((count, _, Reverse(anchor))) = best.pop() {
        match left[anchor] {
            0 => {}
            now if now < count => best.push(entry(anchor, &left)),
            _ => {
                for server in &of_anchor[anchor] {
                    covered_by[*server] += 1;
                    if covered_by[*server] == 1 {
                        of_server[*server].iter().for_each(|other| left[*other] -= 1);
                    }
                }
                chosen.push(anchor);
            }
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cover(servers: &[&[u32]]) -> Vec<u32> {
        smallest(&servers.iter().map(|server| server.to_vec()).collect::<Vec<_>>())
    }

    #[test]
    fn one_anchor_for_all_servers_is_enough() {
        assert_eq!(cover(&[&[1, 9], &[2, 9], &[3, 9]]), [9]);
    }

    #[test]
    fn a_smaller_set_is_preferred_to_the_greedy_choice() {
        // Greedy takes 9, which covers four of six, then 3 and 4, which two servers prefer to 11 and 12,
        // and none of the three is redundant; 11 and 12 cover all. The anchors from 21 on distinguish
        // servers that the search would otherwise treat as one.
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
    fn preferred_anchors_win_among_sets_of_equal_size() {
        assert_eq!(cover(&[&[7, 3], &[7, 3]]), [7]);
        assert_eq!(cover(&[&[3, 7], &[3, 7]]), [3]);
    }

    #[test]
    fn servers_that_no_anchor_verifies_are_ignored() {
        assert_eq!(cover(&[&[], &[]]), Vec::<u32>::new());
        assert_eq!(cover(&[]), Vec::<u32>::new());
    }

    /// The choice as the rule says it, without an index.
    fn slow_greedy(servers: &BTreeSet<Vec<u32>>, preferred: &BTreeMap<&u32, usize>) -> Vec<u32> {
        let anchors: BTreeSet<u32> = servers.iter().flatten().copied().collect();
        let mut left: Vec<&Vec<u32>> = servers.iter().collect();
        let mut chosen: Vec<u32> = Vec::new();
        while !left.is_empty() {
            let covers = |anchor: &u32| left.iter().filter(|one| one.contains(anchor)).count();
            let liked = |anchor: &u32| preferred.get(anchor).copied().unwrap_or(0);
            let best = *anchors.iter().rev().max_by_key(|one| (covers(one), liked(one))).unwrap();
            left.retain(|server| !server.contains(&best));
            chosen.push(best);
        }
        for index in (0..chosen.len()).rev() {
            let mut others = chosen.clone();
            others.remove(index);
            if servers.iter().all(|server| server.iter().any(|one| others.contains(one))) {
                chosen = others;
            }
        }
        chosen.sort_unstable();
        chosen
    }

    #[test]
    fn the_greedy_choice_follows_its_rule() {
        let mut number = 1_u32;
        let mut next = |most: u32| {
            number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (number >> 8) % most
        };
        for _ in 0..60 {
            let servers: BTreeSet<Vec<u32>> =
                (0..40).map(|_| (0..1 + next(4)).map(|_| next(30)).collect()).collect();
            let anchors: BTreeSet<&u32> = servers.iter().flatten().collect();
            let anchors: Vec<&u32> = anchors.into_iter().collect();
            let preferred: BTreeMap<&u32, usize> =
                anchors.iter().map(|anchor| (*anchor, next(3) as usize)).collect();
            let wanted = slow_greedy(&servers, &preferred);
            let found: Vec<u32> =
                greedy(&servers, &anchors, &preferred).into_iter().copied().collect();
            assert_eq!(found, wanted, "{servers:?}");
        }
    }

    #[test]
    fn a_hundred_thousand_servers_with_ten_thousand_anchors_are_covered() {
        // Each has two that it shares with 19 others.
        let servers: Vec<Vec<u32>> =
            (0..100_000).map(|server| vec![10_000 + server % 5_000, server % 5_000]).collect();
        let cover = smallest(&servers);
        assert_eq!(cover.len(), 5_000);
        assert!(cover.is_sorted());
    }

    #[test]
    fn the_set_has_no_needless_anchor() {
        let servers: Vec<Vec<u32>> =
            (0..40).map(|server| vec![server, 100 + server / 10]).collect();
        assert_eq!(smallest(&servers), [100, 101, 102, 103]);
    }
}
