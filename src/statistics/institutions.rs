//! Who answers for a customer: branches at any depth, and managers, as known on the night.
//!
//! Reads: branches with their parents, the customers' own branch and manager. A branch that is not delivered stands
//! beside the topmost ones; a circle of parents is cut at its first branch by id.

use crate::store::Bank;
use crate::targets::UNASSIGNED;
use std::collections::{BTreeMap, BTreeSet};

/// A branch of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    pub id: Box<str>,
    /// Place of the branch above.
    pub parent: Option<usize>,
    /// 1 for a branch without one above.
    pub depth: i32,
    pub has_children: bool,
}

/// Branches and managers, each ascending by id; `unassigned` among them where somebody has none.
#[derive(Debug)]
pub struct Institutions {
    pub branches: Vec<Branch>,
    pub managers: Vec<Box<str>>,
}

impl Institutions {
    pub fn of(bank: &Bank) -> Self {
        let mut parents: BTreeMap<&str, Option<&str>> =
            bank.branches().iter().map(|branch| (&*branch.branch_id, branch.parent_id.as_deref())).collect();
        let mut managers = BTreeSet::new();
        for customer in bank.customers() {
            parents.entry(named(customer.branch_id.as_deref())).or_insert(None);
            managers.insert(named(customer.manager_id.as_deref()));
        }
        Self { branches: tree(&parents), managers: managers.into_iter().map(Into::into).collect() }
    }

    /// Place of a customer's own branch.
    pub fn branch(&self, id: Option<&str>) -> usize {
        let found = self.branches.binary_search_by(|branch| (*branch.id).cmp(named(id)));
        found.expect("every customer's branch is in the tree")
    }

    pub fn manager(&self, id: Option<&str>) -> usize {
        let found = self.managers.binary_search_by(|manager| (**manager).cmp(named(id)));
        found.expect("every customer's manager is known")
    }

    /// A branch and all above it.
    pub fn upwards(&self, branch: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(branch), |at| self.branches[*at].parent)
    }
}

fn named(id: Option<&str>) -> &str {
    id.unwrap_or(UNASSIGNED)
}

fn tree(parents: &BTreeMap<&str, Option<&str>>) -> Vec<Branch> {
    let ids: Vec<&str> = parents.keys().copied().collect();
    let place = |id: &str| ids.binary_search(&id).ok();
    let mut above: Vec<Option<usize>> = parents.values().map(|parent| place((*parent)?)).collect();
    for branch in 0..ids.len() {
        let mut at = above[branch];
        let circle = (0..ids.len()).any(|_| {
            let is_here = at == Some(branch);
            at = at.and_then(|next| above[next]);
            is_here
        });
        if circle {
            above[branch] = None;
        }
    }
    let depth = |branch: usize| {
        let steps = std::iter::successors(Some(branch), |at| above[*at]).count();
        i32::try_from(steps).expect("branches are few")
    };
    let branch = |(at, id): (usize, &&str)| Branch {
        id: (*id).into(),
        parent: above[at],
        depth: depth(at),
        has_children: above.contains(&Some(at)),
    };
    ids.iter().enumerate().map(branch).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches_hang_under_their_parents_at_any_depth() {
        let parents = BTreeMap::from([
            ("hq", None),
            ("north", Some("hq")),
            ("north-1", Some("north")),
            ("lone", Some("not delivered")),
            ("x", Some("y")),
            ("y", Some("x")),
            ("z", Some("y")),
        ]);
        let tree = tree(&parents);
        let shown: Vec<String> = tree
            .iter()
            .map(|branch| {
                let parent = branch.parent.map_or("-", |at| &tree[at].id);
                format!(
                    "{} {} under {parent}{}",
                    branch.depth,
                    branch.id,
                    if branch.has_children { " +" } else { "" }
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                "1 hq under - +",
                "1 lone under -",
                "2 north under hq +",
                "3 north-1 under north",
                "1 x under - +",
                "2 y under x +",
                "3 z under y"
            ]
        );
    }
}
